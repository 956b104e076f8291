/** A route handler: what `answer` makes of a request as JSON, or 400 with the code of the error that it throws. */
export const answering = (answer) => async (request) => {
  const body = new Uint8Array(await request.arrayBuffer());
  try {
    return Response.json(answer({ url: request.url, headers: request.headers, body }));
  } catch (error) {
    return new Response(error.code, { status: 400 });
  }
};
