#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "numerics/format.h"
#include "progress.h"
#include "result.h"
#include "storage/dtype.h"
#include "study/held_value.h"

namespace mantissa {

/// The question: what stands in this file, and what would casts to these formats lose?
struct CheckpointRequest {
    std::filesystem::path path;   ///< whatever openCheckpoint or openModel opens
    /// To cast to; nearest-even, overflow as each format's standard says. Integer formats take the scales that a
    /// comparison gives weights: one an output channel, and tensors of fewer than two dimensions stay FP32.
    std::vector<Format> formats;
};

/// What a tensor's finite values are; a complex element counts as two values, a boolean as 0 or 1.
struct ValueSummary {
    std::int64_t count = 0;  ///< of values, those that are not finite included
    std::int64_t nans = 0;
    std::int64_t infinities = 0;
    std::optional<HeldValue> min, max;  ///< of the finite ones; none where there are none, and where none was read
    std::optional<double> mean;         ///< of the same
};

/// What a cast of a floating tensor would lose.
struct CastLoss {
    std::int64_t overflows = 0;   ///< finite values beyond the format's range
    std::int64_t underflows = 0;  ///< values that would become zero without being it
    double maxAbs = 0;            ///< max |Δ| over values that are finite and stay so
    std::optional<double> sqnrDb;  ///< 20·log10(‖x‖ / ‖Δ‖) over the same; +∞ where Δ is 0; none where x is 0 or nothing
};

struct TensorSummary {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::int64_t bytes = 0;
    ValueSummary values;
    /// One a format, for floating tensors whose values were read; others keep their type in every cast.
    std::vector<CastLoss> casts;
};

/// The answer. Immutable.
struct CheckpointReport {
    std::filesystem::path path;
    std::string form;  ///< "safetensors", "PyTorch zip", "torchscript"
    std::vector<Format> formats;
    std::string scaling;                 ///< how those that take scales were scaled, in words; empty without any
    std::string unread;                  ///< which types' values were not read and why; empty where all were
    std::vector<TensorSummary> tensors;  ///< in the file's order
    std::int64_t bytes = 0;              ///< of all tensors
    ValueSummary values;                 ///< of all tensors
    std::vector<CastLoss> casts;         ///< one a format, over all floating tensors
};

/// Goes through every value of a checkpoint once, in chunks, on all cores; the answer does not depend on how many there
/// are. Memory stays bounded however large the file is. Errors: those of openCheckpoint and openModel; cancelled.
Result<CheckpointReport> inspectCheckpoint(const CheckpointRequest& request, std::stop_token stop = {},
                                           const Progress& progress = {});

}  // namespace mantissa
