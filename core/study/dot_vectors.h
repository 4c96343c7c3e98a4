#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "progress.h"
#include "result.h"
#include "study/neuron.h"

namespace mantissa {

/// Where the two vectors of a dot product come from.
enum class DotData {
    ones,        ///< aᵢ = bᵢ = 1
    growing,     ///< aᵢ = i, bᵢ = 1
    uniform,     ///< both uniform on [0, 1), in steps of 2^-24
    normal,      ///< both normal, mean 0, deviation 1
    cancelling,  ///< a = 4096, 1, …, 1, −4096, b = 1: large + small − large
    file,        ///< two tensors of a file
    neuron       ///< a row of weights and the activations that it meets
};

/// "ones" and the like, as the command line and JSON write them.
std::string_view dotDataName(DotData data);
std::optional<DotData> findDotData(std::string_view name);

inline constexpr std::size_t kMostTerms = 100'000'000;

/// Two tensors of one checkpoint, flattened row by row.
struct TensorPair {
    std::filesystem::path file;
    std::string a, b;
};

struct DotSource {
    DotData data = DotData::ones;
    std::optional<std::size_t>
        terms;                ///< how many, from the first on; 4096 where none is given, of a file or neuron all
    std::uint64_t seed = 42;  ///< uniform and normal: the first terms are the same whatever `terms` is
    TensorPair tensors;       ///< file only
    Neuron neuron;            ///< neuron only
};

/// Two vectors of the same length, FP32.
struct DotVectors {
    std::vector<float> a, b;
    std::string terms;  ///< what is summed, for a sentence: "4096 ones", "10000 uniform products"
    std::string note;   ///< what was done to the values, "rounded from F64 to FP32"; else empty
};

/// Makes or reads them. Errors: no terms or more than kMostTerms, tensors that are missing, of different lengths or no
/// numbers, a file that openCheckpoint refuses, those of neuronTerms.
Result<DotVectors> makeDotVectors(const DotSource& source, std::stop_token stop, const Progress& progress);

}  // namespace mantissa
