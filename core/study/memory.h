#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "study/compare.h"

namespace mantissa {

struct MemoryRequest {
    ModelPtr model;
    std::optional<SourceImage> image{};            ///< a grey picture of the input's size where none is given
    std::optional<Preprocessing> preprocessing{};  ///< instead of the model's own
    std::vector<Format> formats{};
    int batch = 1;
    QuantizationOptions scales{};     ///< of emulated formats
    std::vector<std::string> keep{};  ///< modules whose own operators and weights stay in FP32
};

/// Bytes alive after one node, in the format the run was measured in.
struct LiveBytes {
    std::string layer;
    std::string op;
    std::int64_t bytes = 0;
};

struct FormatMemory {
    Format format;
    RunMode mode = RunMode::native;   ///< how it runs here
    std::int64_t parameterBytes = 0;  ///< computed: as stored in the format
    std::int64_t bufferBytes = 0;     ///< computed
    std::int64_t scaleBytes = 0;      ///< computed: as emulation rounds; usually integers have one an output channel
    std::int64_t scaleBytesPerTensor = 0;             ///< computed: were it one scale a weight tensor
    std::int64_t activationPeakBytes =
        0;  ///< computed: FP32's measured peak, scaled by bytes per value; kept modules count as FP32
    std::optional<std::int64_t> measuredWeightBytes;  ///< parameters and buffers, as this process held them for the run
    std::optional<std::int64_t> measuredBufferBytes;  ///< of these, buffers
    std::optional<std::int64_t> measuredActivationBytes;  ///< peak, from the live-memory observer
    std::optional<Error> error;                           ///< why nothing was measured

    std::int64_t storedBytes() const { return parameterBytes + bufferBytes + scaleBytes + activationPeakBytes; }
};

struct LayerBytes {
    std::string layer;       ///< module path, grouped to at most a dozen
    std::int64_t bytes = 0;  ///< FP32
};

struct MemoryReport {
    ModelPtr model;
    Preprocessing preprocessing;  ///< that gave the input its size
    int batch = 1;
    std::vector<std::string> keep{};
    std::vector<FormatMemory> formats;
    std::vector<LiveBytes> timeline;      ///< FP32, node by node
    std::size_t peakNode = 0;             ///< index into timeline
    std::vector<LayerBytes> weightShare;  ///< largest first
    std::int64_t processBytes = 0;        ///< resident memory of this process now
};

Result<MemoryReport> measureMemory(const MemoryRequest& request, std::stop_token stop = {},
                                   const Progress& progress = {});

}  // namespace mantissa
