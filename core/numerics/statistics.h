#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mantissa {

/// A share of trials, with the 95 % score interval of Wilson (1927), which unlike the textbook ±1.96·√(p(1−p)/n) keeps
/// to 0 … 1 and does not collapse to a point where no trial, or every one, succeeded.
struct Rate {
    std::int64_t hits = 0;
    std::int64_t trials = 0;
    double value = 0;  ///< hits / trials; NaN without trials
    double low = 0;    ///< 0 without trials: nothing is known
    double high = 1;
};
Rate rateOf(std::int64_t hits, std::int64_t trials);

/// How values are spread. Percentiles are values that occur: the smallest that at least that share of the values do not
/// exceed. NaN is left out and counted; infinities count as what they are. All NaN where no value is left.
struct Distribution {
    std::size_t count = 0;
    std::size_t excluded = 0;  ///< NaN
    double mean = 0, min = 0, p5 = 0, p50 = 0, p95 = 0, max = 0;
};
Distribution distributionOf(std::vector<double> values);

}  // namespace mantissa
