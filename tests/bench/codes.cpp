#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "float_arrays.h"
#include "numerics/code_array.h"
#include "peer.h"

namespace mantissa::bench {
namespace {

namespace fs = std::filesystem;

struct TorchType {
    const char* format;
    at::ScalarType dtype;
};
constexpr TorchType kTorchTypes[] = {{"bf16", at::kBFloat16},
                                     {"fp16", at::kHalf},
                                     {"e4m3", at::kFloat8_e4m3fn},
                                     {"e5m2", at::kFloat8_e5m2},
                                     {"e4m3fnuz", at::kFloat8_e4m3fnuz},
                                     {"e5m2fnuz", at::kFloat8_e5m2fnuz},
                                     {"fp64", at::kDouble}};

at::Tensor viewOf(std::vector<float>& values) {
    return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kFloat);
}

Figure besideTorch(std::string name, const std::function<void()>& ours, const std::function<void()>& theirs) {
    const PairedTimes times = timePaired(ours, theirs, 7);
    return {.name = std::move(name),
            .ours = times.ours * 1e3,
            .peer = "at::Tensor::copy_",
            .theirs = times.theirs * 1e3,
            .unit = "ms",
            .goal = 1};
}

/// Into a tensor that is there already: what `to` does after it has asked for memory.
void addTorch(FloatArrays& arrays, const Format& f, std::vector<std::byte>& codes, bool encodes,
              std::vector<Figure>& figures) {
    for (const auto& [name, dtype] : kTorchTypes) {
        if (f.name != name) continue;
        at::set_num_threads(1);
        at::Tensor stored = at::empty({static_cast<std::int64_t>(kFloatCount)}, at::TensorOptions().dtype(dtype));
        at::Tensor in = viewOf(arrays.in), out = viewOf(arrays.out);
        stored.copy_(in);
        if (encodes)
            figures.push_back(besideTorch(
                "encode " + f.name, [&] { encodeArray(f, arrays.in, codes); }, [&] { stored.copy_(in); }));
        else
            figures.push_back(besideTorch(
                "decode " + f.name, [&] { decodeArray(f, codes, arrays.out); }, [&] { out.copy_(stored); }));
    }
}

/// Seconds that ml_dtypes takes for each format it has, by our names.
nlohmann::json mlDtypesTimes(std::string& why) {
    const fs::path work = workFolder(), python = peerPython();
    const fs::path script = fs::path(MANTISSA_BENCH_SOURCES) / "peer_ml_dtypes.py", output = work / "ml_dtypes.json";
    if (!fs::exists(python))
        why = "the Python peer is not set up; use ./bootstrap bench";
    else if (execute({python, script, std::to_string(kFloatCount)}, output) != 0)
        why = "ml_dtypes could not be measured; see its message above";
    if (!why.empty()) return nlohmann::json::object();
    std::ifstream in(output);
    return nlohmann::json::parse(in);
}

void addMlDtypes(const Figure& ours, const Format& f, const nlohmann::json& times, std::vector<Figure>& figures) {
    if (!times.contains(f.name)) return;
    figures.push_back({.name = "encode " + f.name,
                       .ours = ours.ours,
                       .peer = "ml_dtypes",
                       .theirs = times[f.name].get<double>() * 1e3,
                       .unit = "ms",
                       .goal = 1});
}

Outcome encodeEveryFormat() {
    Outcome outcome;
    std::string why;
    const nlohmann::json mlDtypes = mlDtypesTimes(why);
    FloatArrays arrays;
    for (const Format& f : formatsToMeasure()) {
        std::vector<std::byte> codes(kFloatCount * codeBytes(f));
        const auto ours = inEveryMode(arrays, "encode " + f.name,
                                      [&](const RoundOptions& options) { encodeArray(f, arrays.in, codes, options); });
        outcome.figures.insert(outcome.figures.end(), ours.begin(), ours.end());
        addTorch(arrays, f, codes, true, outcome.figures);
        addMlDtypes(ours.front(), f, mlDtypes, outcome.figures);
    }
    if (!why.empty()) outcome.skipped = "beside ml_dtypes: " + why;
    return outcome;
}

Outcome decodeEveryFormat() {
    Outcome outcome;
    FloatArrays arrays;
    for (const Format& f : formatsToMeasure()) {
        std::vector<std::byte> codes(kFloatCount * codeBytes(f));
        encodeArray(f, arrays.in, codes);
        outcome.figures.push_back(
            besideCopy(arrays, "decode " + f.name, 2, [&] { decodeArray(f, codes, arrays.out); }));
        addTorch(arrays, f, codes, false, outcome.figures);
    }
    return outcome;
}

}  // namespace

Benchmark encodingSpeed() {
    return {"encoding", "turns 32 Mi floats into codes on one core, beside copying them, LibTorch and ml_dtypes",
            encodeEveryFormat};
}

Benchmark decodingSpeed() {
    return {"decoding", "turns 32 Mi codes into floats on one core, beside copying those and LibTorch",
            decodeEveryFormat};
}

}  // namespace mantissa::bench
