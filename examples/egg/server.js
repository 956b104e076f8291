const egg = require('egg');

egg.start({ baseDir: __dirname }).then((app) => app.listen(process.env.PORT ?? 3000));
