#include "numerics/rounding_interval.h"

#include <cmath>
#include <limits>

#include "numerics/exact_value.h"

namespace mantissa {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t kSeeds = 64;  ///< enough for an even chance to show

/// Asks where numbers around one value of a format go.
class Border {
  public:
    Border(const Format& format, double value, const RoundOptions& options)
        : format_(format), value_(value), options_(options) {}

    /// Whether a number rounds to the value, or may.
    bool holds(const Rational& number) const {
        const ExactValue exact = ExactValue::fromSigned(number);
        RoundOptions options = options_;
        const std::uint64_t tries = options.rounding == Rounding::stochastic ? kSeeds : 1;
        for (options.index = 0; options.index < tries; ++options.index)
            if (decode(format_, exact.encodedIn(format_, options)) == value_) return true;
        return false;
    }

    struct End {
        double place = 0;
        bool included = true;
    };

    /// How far numbers round to the value, from the finite number `from`, which stands for it, towards `next`, where
    /// the next value is or would be. `last`: there is no value beyond.
    End reach(const Rational& from, const Rational& next, bool last) const {
        const Rational gap = next - from;
        const int direction = gap < 0 ? -1 : 1;
        if (!holds(from + gap / 4)) return endAt(from);
        if (!holds(from + gap * 3 / 4)) return endAt(from + gap / 2);
        const Rational farAway = direction * powerOfTwo(kFarAway);
        if (last && holds(farAway)) return {direction * kInfinity, true};
        return endAt(next);
    }

  private:
    static constexpr int kFarAway = 1100;  ///< a power of two beyond every format

    End endAt(const Rational& place) const { return {ExactValue::fromSigned(place).nearestDouble(), holds(place)}; }

    const Format& format_;
    double value_;
    RoundOptions options_;
};

Rational exactly(double value) { return ExactValue::fromDouble(value).value(); }

/// The end of infinity's interval on the side of 0.
Border::End infinityFrom(const Format& f, const Border& border, double largest) {
    const Rational next = exactly(largest) + (largest < 0 ? -1 : 1) * exactly(ulp(f, largest));
    if (border.holds(exactly(largest) + (next - exactly(largest)) / 4))
        return {largest, border.holds(exactly(largest))};
    const auto inward = border.reach(next, exactly(largest), false);
    return border.holds(next) ? inward : Border::End{largest < 0 ? -kInfinity : kInfinity, true};
}

}  // namespace

RoundingInterval roundingInterval(const Format& f, std::uint64_t code, const RoundOptions& options) {
    const double here = decode(f, code);
    if (std::isnan(here)) return {here, here, false, false};
    const Border border(f, here, options);
    const double below = decode(f, nextDown(f, code)), above = decode(f, nextUp(f, code));
    RoundingInterval interval{here, here, true, true};
    if (std::isinf(here)) {
        const auto end = infinityFrom(f, border, here > 0 ? below : above);
        (here > 0 ? interval.low : interval.high) = end.place;
        (here > 0 ? interval.lowIncluded : interval.highIncluded) = end.included;
        return interval;
    }
    // Beyond either end, where the next value would be; a scale without a sign ends above 0.
    const auto next = [&](double neighbour, int direction) -> Rational {
        if (std::isfinite(neighbour) && neighbour != here) return exactly(neighbour);
        if (f.kind == FormatKind::floating && !f.signBits && direction < 0) return 0;
        return exactly(here) + direction * exactly(ulp(f, here));
    };
    const auto isLast = [&](double neighbour) { return !std::isfinite(neighbour) || neighbour == here; };
    const auto low = border.reach(exactly(here), next(below, -1), isLast(below));
    const auto high = border.reach(exactly(here), next(above, 1), isLast(above));
    return {low.place, high.place, low.included, high.included};
}

}  // namespace mantissa
