using Workerd = import "/workerd/workerd.capnp";

# Before 2026-11-01, so that node:crypto is on only where nodejs_compat says so.
const config :Workerd.Config = (services = [
  (name = "bare", worker = (modules = .modules, compatibilityDate = "2026-07-01")),
  (name = "nodejs", worker = (modules = .modules, compatibilityDate = "2026-07-01", compatibilityFlags = ["nodejs_compat"])),
  (name = "bytes", worker = (modules = .modulesWithoutKernel, compatibilityDate = "2026-07-01")),
]);

const modules :List(Workerd.Worker.Module) = [
  (name = "main", esModule = embed "workerd.mjs"),
  (name = "bundle", esModule = embed ".work/bundle.mjs"),
  (name = "callback-codec/simd.wasm", wasm = embed "node_modules/callback-codec/dist/simd.wasm"),
];

const modulesWithoutKernel :List(Workerd.Worker.Module) = [
  (name = "main", esModule = embed "workerd-bytes.mjs"),
  (name = "bundle", esModule = embed ".work/bundle.mjs"),
];
