// Scores rows by an exported model in ONNX Runtime's WebAssembly build, the one of browsers:
//
//   node score.mjs model.onnx features.bin COLUMNS
//
// Reads rows as little-endian Single, row-major; writes LogLikelihood, Score and PValue of all rows one behind the other to
// standard output in the same form, and then a byte for each PredictedLabel.
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";

const [model, file, columns] = process.argv.slice(2);
const bytes = readFileSync(file);
const features = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(model));
const rows = new ort.Tensor("float32", features, [features.length / columns, Number(columns)]);
const results = await session.run({ Features: rows });
for (const name of ["LogLikelihood", "Score", "PValue", "PredictedLabel"]) {
  const { data } = results[`${name}.output`];
  process.stdout.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
