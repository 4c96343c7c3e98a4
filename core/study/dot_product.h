#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "numerics/error_bound.h"
#include "numerics/summation.h"
#include "progress.h"
#include "result.h"
#include "study/dot_vectors.h"

namespace mantissa {

/// One way of adding up the products.
struct DotSum {
    Format accumulator;
    SummationOrder order;
};

/// The question: what becomes of Σ aᵢbᵢ when products and sums are rounded to these formats?
struct DotRequest {
    DotSource source;
    Format product = format("fp32");  ///< each aᵢbᵢ is rounded to it once
    std::vector<DotSum> sums;
};

/// A running sum that has come to a stop: what is added is at most half the gap to the next value, or there is no next
/// value and what is too large is clamped.
struct Stagnation {
    std::uint64_t n = 0;  ///< terms after which the sum never changed again
    double sum = 0;
    double gap = 0;            ///< to the next value away from zero; 0 at the largest of a format that clamps
    double largestAddend = 0;  ///< of all that were added; at most gap / 2 unless clamped

    bool clamped() const { return gap == 0; }
};

/// One way of adding up, at the steps that the report draws.
struct DotSeries {
    DotSum how;
    std::vector<double> sums{};  ///< after report.steps[i] terms
    std::vector<double>
        largestErrors{};  ///< the largest |sum − exact| / Σ |aᵢbᵢ| so far; see DotReport::kPairwiseEveryStep
    double sum = 0;       ///< of all terms
    double error = 0;     ///< sum − exact, rounded once; ±∞ or NaN where the sum is
    std::optional<std::uint64_t> notFiniteFrom{};  ///< terms after which the sum was first infinite or NaN
    std::optional<Stagnation> stagnation{};        ///< of sequential and blocked order
    std::optional<ErrorBound> bound{};             ///< at n; none where the sum is not finite
    /// The sum after 0, kDotCheckpoint, 2 kDotCheckpoint, … terms, so that any step can be looked at soon (dotStep).
    std::vector<RunningSum> checkpoints{};

    std::string name() const;  ///< "BF16 sequential"
};

/// What LibTorch's own kernel, at::dot, gives for the vectors cast to a dtype.
struct DotKernel {
    Format format;
    double sum = 0;
    double error = 0;  ///< sum − exact
    std::optional<Error> failure;
};

struct DotReport;

/// The bounds on the error of one series of a report, which must outlive them.
class SeriesBounds {
  public:
    /// After steps[i] terms; none where the sum is no longer finite.
    std::optional<ErrorBound> at(std::size_t i) const;

  private:
    friend DotReport;
    SeriesBounds(const DotReport& report, const ErrorBounds& bounds, std::optional<std::uint64_t> notFiniteFrom)
        : report_(report), bounds_(bounds), notFiniteFrom_(notFiniteFrom) {}

    const DotReport& report_;
    ErrorBounds bounds_;
    std::optional<std::uint64_t> notFiniteFrom_;
};

/// The answer. Immutable.
struct DotReport {
    DotSource source;
    Format product;
    std::shared_ptr<const DotVectors> vectors;
    std::uint64_t n = 0;
    double exact = 0;      ///< Σ aᵢbᵢ without any rounding but the last to FP64
    double sizes = 0;      ///< Σ |aᵢbᵢ|
    double condition = 0;  ///< 2 Σ |aᵢbᵢ| / |Σ aᵢbᵢ| (Ogita, Rump and Oishi 2005); ∞ where the sum is 0
    std::vector<std::uint64_t> steps;  ///< drawn: ascending, from 1 to n, each where there are few
    std::vector<double> exactSums;     ///< after steps[i] terms
    std::vector<double> sizeSums;
    std::vector<std::uint64_t> underflows;  ///< of products, so far: see DotTerms
    double largestProduct = 0;              ///< of all |aᵢbᵢ|
    std::vector<DotSeries> series;   ///< one a requested sum, in order
    std::vector<DotKernel> kernels;  ///< one an accumulator that LibTorch has a dtype for
    std::string finding;             ///< one sentence: "The BF16 sum of 4096 ones stops at 256"
    std::string explanation;         ///< one or two more
    double seconds = 0;

    SeriesBounds boundsOf(const DotSeries& one) const;

    /// Pairwise sums of more terms than this are looked at where a step is drawn and every 4096 terms, all others after
    /// every term.
    static constexpr std::uint64_t kPairwiseEveryStep = std::uint64_t{1} << 20;
};

/// Runs it. Errors: those of makeDotVectors, an accumulator that holds no sums, cancelled between blocks of terms.
Result<DotReport> dotProduct(const DotRequest& request, std::stop_token stop = {}, const Progress& progress = {});

/// What the rounding of one addition did.
enum class StepOutcome {
    exact,     ///< the sum is a value of the format
    nearest,   ///< rounded to the nearer neighbour
    tie,       ///< halfway: rounded to the even one
    overflow,  ///< beyond the largest value
    undefined  ///< NaN or infinities were added
};

/// One step, looked at closely: the addition that gives the sum after n terms.
struct DotStep {
    std::uint64_t n = 0;
    float a = 0, b = 0;
    double product = 0;           ///< aₙbₙ as rounded
    Addition addition;            ///< sequential: the sum before, and the product
    double exact = 0;             ///< left + right, the nearest FP64
    double exactRest = 0;         ///< what that leaves out
    int exactBits = 0;            ///< significant bits that left + right needs; 0 for zero and what is not finite
    double below = 0, above = 0;  ///< neighbours in the accumulator: at most, and at least, left + right
    StepOutcome outcome = StepOutcome::exact;

    bool changedNothing() const { return addition.stored == addition.left && addition.right != 0; }
};

/// Step `n`, from 1 to report.n, of a series of the report. Takes the time of kDotCheckpoint additions at most.
DotStep dotStep(const DotReport& report, std::size_t series, std::uint64_t n);

inline constexpr std::uint64_t kDotCheckpoint = std::uint64_t{1} << 15;

}  // namespace mantissa
