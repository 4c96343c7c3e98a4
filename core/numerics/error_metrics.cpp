#include "numerics/error_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "numerics/rounding.h"

namespace mantissa {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool bothFinite(double a, double b) { return std::isfinite(a) && std::isfinite(b); }

/// Sums in FP64 with Neumaier's compensation (1974): millions of small squares must not lose their tail.
class Sum {
  public:
    void add(double x) {
        const double t = sum_ + x;
        compensation_ += std::abs(sum_) >= std::abs(x) ? (sum_ - t) + x : (x - t) + sum_;
        sum_ = t;
    }
    double value() const { return sum_ + compensation_; }

  private:
    double sum_ = 0;
    double compensation_ = 0;
};

/// The middle of a sorted list, or the mean of the two in the middle.
double median(const std::vector<double>& sorted) {
    if (sorted.empty()) return kNan;
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// The value at quantile q of a sorted list: the smallest that at least q of the values do not exceed.
double quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return kNan;
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

/// log softmax, shifted by the maximum so that nothing overflows.
std::vector<double> logSoftmax(std::span<const double> logits) {
    const double top = *std::max_element(logits.begin(), logits.end(), [](double a, double b) { return a < b; });
    Sum sum;
    for (double x : logits) sum.add(std::exp(x - top));
    const double logSum = std::log(sum.value());
    std::vector<double> result;
    result.reserve(logits.size());
    for (double x : logits) result.push_back(x - top - logSum);
    return result;
}

/// KL(softmax(r) ‖ softmax(c)); NaN when an element of either is not finite.
double divergence(std::span<const double> r, std::span<const double> c) {
    const auto logR = logSoftmax(r), logC = logSoftmax(c);
    Sum sum;
    for (std::size_t i = 0; i < r.size(); ++i) {
        const double p = std::exp(logR[i]);
        if (p > 0) sum.add(p * (logR[i] - logC[i]));
    }
    // Rounding may leave a hair below zero, where the true value cannot be.
    return std::isnan(sum.value()) ? kNan : std::max(sum.value(), 0.0);
}

void addUlps(ErrorMetrics& m, std::span<const double> r, std::span<const double> c, const Format& format) {
    if (format.scaling != Scaling::none || format.kind == FormatKind::integer) {
        // A step is as large as the scale says, which the values do not tell; blocks and channels have one each.
        m.ulpMedian = m.ulpP99 = m.ulpMax = kNan;
        return;
    }
    std::vector<double> ulps;
    ulps.reserve(r.size());
    for (std::size_t i = 0; i < r.size(); ++i)
        if (bothFinite(r[i], c[i])) ulps.push_back(static_cast<double>(ulpDistance(format, r[i], c[i])));
    std::sort(ulps.begin(), ulps.end());
    m.ulpMedian = median(ulps);
    m.ulpP99 = quantile(ulps, 0.99);
    m.ulpMax = ulps.empty() ? kNan : ulps.back();
}

void addClassification(ErrorMetrics& m, std::span<const double> r, std::span<const double> c, int topK) {
    const auto k = std::min<std::size_t>(static_cast<std::size_t>(std::max(topK, 0)), r.size());
    const auto topR = topIndices(r, std::max<std::size_t>(k, 2)), topC = topIndices(c, std::max<std::size_t>(k, 2));
    const std::size_t winner = topR.front();
    const bool ordered = std::none_of(c.begin(), c.end(), [](double x) { return std::isnan(x); });
    m.top1Agrees = ordered && c[winner] >= c[topC.front()];
    m.topK = static_cast<int>(k);
    for (std::size_t i = 0; i < k; ++i)
        m.topKOverlap += std::find(topC.begin(), topC.begin() + static_cast<std::ptrdiff_t>(k), topR[i]) !=
                         topC.begin() + static_cast<std::ptrdiff_t>(k);
    if (r.size() < 2) {
        m.referenceMargin = m.candidateMargin = kNan;
        return;
    }
    m.referenceMargin = r[winner] - r[topR[1]];
    const std::size_t rival = topC.front() == winner ? topC[1] : topC.front();
    m.candidateMargin = c[winner] - c[rival];
}

}  // namespace

std::vector<double> softmax(std::span<const double> logits) {
    auto result = logSoftmax(logits);
    for (double& x : result) x = std::exp(x);
    return result;
}

std::vector<std::size_t> topIndices(std::span<const double> values, std::size_t k) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    k = std::min(k, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          const bool nanA = std::isnan(values[a]), nanB = std::isnan(values[b]);
                          if (nanA != nanB) return nanB;
                          if (!nanA && values[a] != values[b]) return values[a] > values[b];
                          return a < b;
                      });
    order.resize(k);
    return order;
}

ErrorMetrics errorMetrics(std::span<const double> r, std::span<const double> c, const Format& candidateFormat,
                          int topK) {
    if (r.empty() || r.size() != c.size()) std::abort();
    ErrorMetrics m;
    m.count = r.size();
    Sum delta, absolute, squares, dot, normR, normC;
    for (std::size_t i = 0; i < r.size(); ++i) {
        if (!bothFinite(r[i], c[i])) {
            ++m.excluded;
            continue;
        }
        const double d = c[i] - r[i];
        delta.add(d);
        absolute.add(std::abs(d));
        squares.add(d * d);
        dot.add(r[i] * c[i]);
        normR.add(r[i] * r[i]);
        normC.add(c[i] * c[i]);
        if (std::abs(d) > m.maxAbs) {
            m.maxAbs = std::abs(d);
            m.maxAbsIndex = i;
        }
        if (r[i] != 0) m.maxRelative = std::max(m.maxRelative, std::abs(d) / std::abs(r[i]));
    }
    const auto n = static_cast<double>(m.count - m.excluded);
    if (n == 0) {
        m.meanDelta = m.meanAbs = m.maxAbs = m.rmse = m.maxRelative = m.cosine = m.sqnrDb = kNan;
    } else {
        m.meanDelta = delta.value() / n;
        m.meanAbs = absolute.value() / n;
        m.rmse = std::sqrt(squares.value() / n);
        const double norms = std::sqrt(normR.value()) * std::sqrt(normC.value());
        m.cosine = norms == 0 ? kNan : std::clamp(dot.value() / norms, -1.0, 1.0);
        m.sqnrDb = squares.value() == 0 ? std::numeric_limits<double>::infinity()
                                        : 10 * (std::log10(normR.value()) - std::log10(squares.value()));
    }
    if (m.excluded == 0) {
        m.kl = divergence(r, c);
        const auto p = softmax(r), q = softmax(c);
        for (std::size_t i = 0; i < p.size(); ++i)
            m.maxAbsProbability = std::max(m.maxAbsProbability, std::abs(q[i] - p[i]));
    } else {
        m.kl = m.maxAbsProbability = kNan;
    }
    addUlps(m, r, c, candidateFormat);
    addClassification(m, r, c, topK);
    return m;
}

}  // namespace mantissa
