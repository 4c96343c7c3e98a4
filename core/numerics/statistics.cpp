#include "numerics/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mantissa {

Rate rateOf(std::int64_t hits, std::int64_t trials) {
    Rate rate{.hits = hits, .trials = trials};
    if (trials <= 0) {
        rate.value = std::numeric_limits<double>::quiet_NaN();
        return rate;
    }
    constexpr double kZ = 1.959963984540054;  // of the normal distribution at 97.5 %
    const auto n = static_cast<double>(trials), x = static_cast<double>(hits);
    const double centre = x + kZ * kZ / 2;
    const double half = kZ * std::sqrt(x * (n - x) / n + kZ * kZ / 4);
    rate.value = x / n;
    // Exactly 0 and 1 at the ends, where rounding would leave a hair.
    rate.low = hits == 0 ? 0 : (centre - half) / (n + kZ * kZ);
    rate.high = hits == trials ? 1 : (centre + half) / (n + kZ * kZ);
    return rate;
}

Distribution distributionOf(std::vector<double> values) {
    Distribution d;
    d.excluded = std::erase_if(values, [](double x) { return std::isnan(x); });
    d.count = values.size();
    if (values.empty()) {
        d.mean = d.min = d.p5 = d.p50 = d.p95 = d.max = std::numeric_limits<double>::quiet_NaN();
        return d;
    }
    std::sort(values.begin(), values.end());
    const auto percentile = [&](double share) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
        return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
    };
    double sum = 0;
    for (const double x : values) sum += x;
    d.mean = sum / static_cast<double>(values.size());
    d.min = values.front();
    d.p5 = percentile(0.05);
    d.p50 = percentile(0.5);
    d.p95 = percentile(0.95);
    d.max = values.back();
    return d;
}

}  // namespace mantissa
