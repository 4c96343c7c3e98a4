#include "study/dot_product.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "numerics/exact_sum.h"
#include "numerics/products.h"
#include "numerics/rounded_addition.h"
#include "numerics/rounding.h"
#include "study/dot_kernels.h"
#include "study/dot_words.h"
#include "study/format_runner.h"

namespace mantissa {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kEveryStepDrawn = 2048;                  ///< up to so many terms
constexpr std::uint64_t kEvenSteps = 1024, kGrowingSteps = 768;  ///< beyond: so many evenly apart, so many by ratio
constexpr std::uint64_t kBlock = 4096;                           ///< terms between two looks at the stop token

Error badDot(std::string message, std::string where = {}) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

/// All of 1 … n where they are few; else some evenly apart, for a linear axis, and some by a ratio, for a logarithmic
/// one.
std::vector<std::uint64_t> drawnSteps(std::uint64_t n) {
    std::vector<std::uint64_t> steps;
    if (n <= kEveryStepDrawn) {
        for (std::uint64_t i = 1; i <= n; ++i) steps.push_back(i);
        return steps;
    }
    for (std::uint64_t i = 1; i <= kEvenSteps; ++i)
        steps.push_back(static_cast<std::uint64_t>(static_cast<double>(n) * static_cast<double>(i) / kEvenSteps));
    for (std::uint64_t i = 0; i < kGrowingSteps; ++i)
        steps.push_back(static_cast<std::uint64_t>(
            std::pow(static_cast<double>(n), static_cast<double>(i) / static_cast<double>(kGrowingSteps))));
    steps.back() = n;
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    return steps;
}

/// Adds `value` in double-double arithmetic. Each addition errs by at most 2^-104 of the largest sum so far, so after n
/// the error is below n 2^-104 Σ |values|: far below anything that is drawn as a share of Σ |values|.
void accumulate(DoubleDouble& sum, double value) {
    const double high = sum.high + value;
    const double low = sum.low + detail::roundingErrorOf(sum.high, value, high);
    sum.high = high + low;
    sum.low = low - (sum.high - high);
}

/// One series while the terms go by.
struct Runner {
    DotSeries series;
    RunningSum sum;
    bool everyStep = true;
    double largest = 0;
};

/// A stretch of terms that ends at a drawn step or where a block ends.
struct Stretch {
    std::vector<double> products;  ///< rounded
    std::vector<DoubleDouble> exact;
    std::vector<double> sizes;
};

class DotStudy {
  public:
    DotStudy(const DotRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), stop_(std::move(stop)), progress_(progress) {}

    Result<DotReport> run();

  private:
    Status check() const;
    void begin();
    void advance(std::uint64_t from, std::uint64_t to);
    void advance(Runner& runner, std::uint64_t from);
    void look(Runner& runner, double sum, std::size_t i, std::uint64_t n) const;
    void draw();
    void finish(Runner& runner);

    const DotRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    DotReport report_;
    std::vector<Runner> runners_;
    Stretch stretch_;
    std::vector<double> sums_;
    ExactSum exact_;
    DoubleDouble running_, sizes_;
    std::uint64_t underflows_ = 0;
};

Status DotStudy::check() const {
    if (request_.sums.empty()) return badDot("there is no accumulator to add up in");
    const auto refuseScaled = [](const Format& f) -> Status {
        if (f.scaling == Scaling::none) return Done{};
        return badDot("stores many values with a scale they share, so it cannot hold one by itself; its elements are " +
                          elementOf(f).title,
                      f.title);
    };
    for (const auto& sum : request_.sums)
        if (auto status = refuseScaled(sum.accumulator); !status) return status;
    if (auto status = refuseScaled(request_.product); !status) return status;
    for (const auto& sum : request_.sums)
        if (!canAccumulate(sum.accumulator))
            return badDot("has neither zero nor negative values, so it cannot hold a sum", sum.accumulator.title);
    if (!canAccumulate(request_.product))
        return badDot("has neither zero nor negative values, so it cannot hold a product", request_.product.title);
    return Done{};
}

void DotStudy::begin() {
    report_.n = report_.vectors->a.size();
    report_.steps = drawnSteps(report_.n);
    for (const auto& how : request_.sums)
        runners_.push_back(
            {.series = {.how = how},
             .sum = RunningSum({.accumulator = how.accumulator, .addends = request_.product, .order = how.order}),
             .everyStep = how.order.kind != SummationKind::pairwise || report_.n <= DotReport::kPairwiseEveryStep});
}

void DotStudy::look(Runner& runner, double sum, std::size_t i, std::uint64_t n) const {
    if (!std::isfinite(sum)) {
        if (!runner.series.notFiniteFrom) runner.series.notFiniteFrom = n;
        return;
    }
    const double error = std::abs((sum - stretch_.exact[i].high) - stretch_.exact[i].low);
    if (error > runner.largest * stretch_.sizes[i]) runner.largest = error / stretch_.sizes[i];
}

void DotStudy::advance(Runner& runner, std::uint64_t from) {
    const std::size_t count = stretch_.products.size();
    if (from % kDotCheckpoint == 0) runner.series.checkpoints.push_back(runner.sum);
    if (!runner.everyStep) {
        runner.sum.add(stretch_.products);
        return look(runner, runner.sum.value(), count - 1, from + count);
    }
    sums_.resize(count);
    runner.sum.add(stretch_.products, sums_);
    for (std::size_t i = 0; i < count; ++i) look(runner, sums_[i], i, from + i + 1);
}

void DotStudy::advance(std::uint64_t from, std::uint64_t to) {
    const auto first = static_cast<std::size_t>(from), count = static_cast<std::size_t>(to - from);
    const auto a = std::span(report_.vectors->a).subspan(first, count);
    const auto b = std::span(report_.vectors->b).subspan(first, count);
    stretch_.products.resize(count);
    stretch_.exact.resize(count);
    stretch_.sizes.resize(count);
    roundedProducts(request_.product, a, b, stretch_.products);
    for (std::size_t i = 0; i < count; ++i) {
        const double product = static_cast<double>(a[i]) * static_cast<double>(b[i]);
        exact_.add(product);
        accumulate(running_, product);
        const double size = std::abs(product);
        accumulate(sizes_, size);
        report_.largestProduct = std::max(report_.largestProduct, size);
        if (mayUnderflow(request_.product, size)) ++underflows_;
        stretch_.exact[i] = running_;
        stretch_.sizes[i] = sizes_.high;
    }
    // Where the drawn steps and the end are, the exact sum itself.
    stretch_.exact[count - 1] = exact_.parts();
    for (auto& runner : runners_) advance(runner, from);
}

void DotStudy::draw() {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    report_.exactSums.push_back(stretch_.exact.back().high);
    report_.sizeSums.push_back(sizes_.high);
    report_.underflows.push_back(underflows_);
    for (auto& runner : runners_) {
        runner.series.sums.push_back(runner.sum.value());
        runner.series.largestErrors.push_back(runner.series.notFiniteFrom ? kNan : runner.largest);
    }
}

/// Where a sum stopped for good: nothing as large as anything so far could move it on, and more than one addition did
/// not.
std::optional<Stagnation> stagnationOf(const Format& f, const std::optional<Standstill>& still) {
    if (!still || !std::isfinite(still->total) || still->total == 0 || still->added <= still->since + 1 ||
        still->largestAddend == 0)
        return std::nullopt;
    Stagnation stop{.n = still->since, .sum = still->total, .gap = 0, .largestAddend = still->largestAddend};
    const std::uint64_t code = encode(f, still->total), next = still->total > 0 ? nextUp(f, code) : nextDown(f, code);
    if (clamps(f) && next == code) return stop;
    stop.gap = std::abs(decode(f, next) - still->total);
    if (!std::isfinite(stop.gap) || stop.largestAddend > stop.gap / 2) return std::nullopt;
    return stop;
}

void DotStudy::finish(Runner& runner) {
    DotSeries& series = runner.series;
    series.sum = runner.sum.value();
    series.error = 0 - exact_.minus(series.sum);  // no −0
    series.bound = report_.boundsOf(series).at(report_.steps.size() - 1);
    series.stagnation = stagnationOf(series.how.accumulator, runner.sum.standstill());
    report_.series.push_back(std::move(series));
}

Result<DotReport> DotStudy::run() {
    const auto start = Clock::now();
    if (auto status = check(); !status) return std::move(status).error();
    auto vectors = makeDotVectors(request_.source, stop_, progress_);
    if (!vectors) return std::move(vectors).error();
    report_.source = request_.source;
    report_.product = request_.product;
    report_.vectors = std::make_shared<const DotVectors>(*std::move(vectors));
    begin();
    std::uint64_t done = 0;
    for (const std::uint64_t step : report_.steps) {
        while (done < step) {
            if (done % kBlock == 0) {
                if (stop_.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "cancelled"};
                if (progress_)
                    progress_({.stage = "Adding up",
                               .done = static_cast<std::int64_t>(done),
                               .total = static_cast<std::int64_t>(report_.n)});
            }
            const std::uint64_t to = std::min(step, (done / kBlock + 1) * kBlock);
            advance(done, to);
            done = to;
        }
        draw();
    }
    report_.exact = exact_.value();
    report_.sizes = sizes_.high;
    report_.condition = 2 * report_.sizes / std::abs(report_.exact);
    for (auto& runner : runners_) finish(runner);
    report_.kernels = runDotKernels(*report_.vectors, request_.sums, exact_);
    describe(report_);
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
}

}  // namespace

std::optional<ErrorBound> SeriesBounds::at(std::size_t i) const {
    if (notFiniteFrom_ && *notFiniteFrom_ <= report_.steps[i]) return std::nullopt;
    return bounds_.of({.n = report_.steps[i],
                       .sizes = report_.sizeSums[i],
                       .largest = report_.largestProduct,
                       .underflows = report_.underflows[i]});
}

SeriesBounds DotReport::boundsOf(const DotSeries& one) const {
    return {*this, ErrorBounds({product, one.how.accumulator, one.how.order}), one.notFiniteFrom};
}

std::string DotSeries::name() const { return how.accumulator.title + " " + orderName(how.order); }

Result<DotReport> dotProduct(const DotRequest& request, std::stop_token stop, const Progress& progress) {
    try {
        return DotStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, "dot product");
    }
}

}  // namespace mantissa
