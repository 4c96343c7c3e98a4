#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/format.h"

namespace mantissa {

/// How far a candidate's outputs are from the reference's. Δ = candidate − reference. Elements where either side is NaN
/// or infinite are left out of the sums and counted in `excluded`.
struct ErrorMetrics {
    std::size_t count = 0;
    std::size_t excluded = 0;
    double meanDelta = 0;
    double meanAbs = 0;
    double maxAbs = 0;
    std::size_t maxAbsIndex = 0;
    double rmse = 0;
    double maxRelative = 0;        ///< max |Δ| / |reference| where reference ≠ 0
    double cosine = 0;             ///< NaN where a vector is zero
    double sqnrDb = 0;             ///< 20·log10(‖r‖ / ‖r − c‖); +∞ when equal
    double kl = 0;                 ///< KL(softmax(r) ‖ softmax(c)), nats
    double maxAbsProbability = 0;  ///< max |Δp| after softmax
    double ulpMedian = 0;          ///< of ulpDistance in the candidate's format; NaN where that has scales
    double ulpP99 = 0;             ///< the smallest distance that at least 99 % of the elements do not exceed
    double ulpMax = 0;
    bool top1Agrees = false;     ///< the reference's first class is the candidate's, alone or level with others; never
                                 ///< with a NaN in the candidate
    int topK = 0;                ///< min(k, count)
    int topKOverlap = 0;         ///< how many of the reference's top k are in the candidate's top k
    double referenceMargin = 0;  ///< reference: its first class over its runner-up, logits
    double candidateMargin =
        0;  ///< candidate: the reference's first class over the best other one; negative when it lost
};

/// `candidateFormat` gives the ULP. Empty or unequal spans are a programming error and end the program.
ErrorMetrics errorMetrics(std::span<const double> reference, std::span<const double> candidate,
                          const Format& candidateFormat, int topK);

/// Softmax in FP64, shifted by the maximum. NaN inputs give NaN outputs.
std::vector<double> softmax(std::span<const double> logits);

/// Indices of the k largest, largest first; ties by lower index; NaN last.
std::vector<std::size_t> topIndices(std::span<const double> values, std::size_t k);

}  // namespace mantissa
