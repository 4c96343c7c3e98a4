#include "numerics/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mantissa {
namespace {

constexpr int kLowestExponent = -1074;
constexpr std::uint64_t kHidden = std::uint64_t{1} << 52;

/// x × 2^exponent, as std::ldexp, which takes several times as long.
double scaled(double x, int exponent) {
    if (exponent < -1022 || exponent > 1023) return std::ldexp(x, exponent);
    return x * std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// A positive number: the 128 bits from its leading one on, and whether anything but zeros follows them.
struct Leading {
    std::uint64_t first = 0;  ///< its highest bit is 1, and stands for 2^exponent
    std::uint64_t second = 0;
    bool sticky = false;
    int exponent = 0;
};

/// The nearest FP64 and the nearest one to the rest. A sum of FP64 numbers has no bit below their smallest, so numbers
/// that would be subnormal are exact.
DoubleDouble rounded(const Leading& number) {
    constexpr int kDropped = 11;  // of 64 bits, 53 are kept
    constexpr std::uint64_t kMask = (1u << kDropped) - 1, kHalf = 1u << (kDropped - 1);
    const std::uint64_t rest = number.first & kMask;
    const bool beyondHalf = rest > kHalf || (rest == kHalf && (number.second != 0 || number.sticky));
    const bool tie = rest == kHalf && !beyondHalf;
    const bool up = beyondHalf || (tie && ((number.first >> kDropped) & 1) != 0);
    const double kept = static_cast<double>((number.first >> kDropped) + (up ? 1 : 0));  // 2^53 at most: exact
    const double high = scaled(kept, number.exponent - 52);
    if (std::isinf(high)) return {high, 0};
    // In units of the lowest bit of `first`: a whole number of 11 bits with its sign, and the bits after it.
    const double whole = static_cast<double>(static_cast<std::int64_t>(rest) - (up ? std::int64_t{1} << kDropped : 0));
    const double fraction = static_cast<double>(number.second) * 0x1p-64;
    return {high, scaled(whole + fraction, number.exponent - 63)};
}

}  // namespace

void ExactSum::add(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto field = static_cast<std::size_t>((bits >> 52) & 0x7FF);
    std::uint64_t significand = bits & (kHidden - 1);
    if (field == 0x7FF) {
        special_ += value;
        return;
    }
    if (field != 0) significand |= kHidden;
    if (significand == 0) return;
    const std::size_t position = field == 0 ? 0 : field - 1;
    const std::size_t limb = position / 64, shift = position % 64;
    const std::uint64_t low = significand << shift;
    const std::uint64_t high = shift > 11 ? significand >> (64 - shift) : 0;
    lowest_ = std::min(lowest_, limb);
    // limb + 1 is at most 32 here: there is always room for the carry.
    if (bits >> 63) {
        const std::uint64_t before = limbs_[limb], next = limbs_[limb + 1];
        limbs_[limb] = before - low;
        const std::uint64_t borrow = before < low ? 1 : 0;
        limbs_[limb + 1] = next - high - borrow;
        bool more = next < high || (next == high && borrow != 0);
        for (std::size_t i = limb + 2; more && i < kLimbs; ++i) more = limbs_[i]-- == 0;
    } else {
        limbs_[limb] += low;
        const std::uint64_t carry = limbs_[limb] < low ? 1 : 0;
        const std::uint64_t next = limbs_[limb + 1], sum = next + high;  // high is below 2^53
        limbs_[limb + 1] = sum + carry;
        bool more = sum < next || (carry != 0 && sum == UINT64_MAX);
        for (std::size_t i = limb + 2; more && i < kLimbs; ++i) more = ++limbs_[i] == 0;
    }
}

DoubleDouble ExactSum::parts() const {
    if (special_ != 0) return {special_, 0};  // an infinity or NaN
    const bool negative = limbs_[kLimbs - 1] >> 63;
    const std::uint64_t fill = negative ? UINT64_MAX : 0;
    std::size_t top = kLimbs;
    while (top > lowest_ && limbs_[top - 1] == fill) --top;
    // −x is the complement of x plus one, and the one is carried through the zeros at the lower end of x.
    const auto magnitude = [&](std::size_t i) -> std::uint64_t {
        if (!negative) return limbs_[i];
        const bool carried =
            std::all_of(limbs_.begin() + static_cast<std::ptrdiff_t>(std::min(lowest_, i)),
                        limbs_.begin() + static_cast<std::ptrdiff_t>(i), [](std::uint64_t limb) { return limb == 0; });
        return ~limbs_[i] + (carried ? 1 : 0);
    };
    // Of a negative power of two every limb above the one bit is the fill: its magnitude then has one limb more.
    std::size_t i = negative && top < kLimbs && magnitude(top) != 0 ? top + 1 : top;
    if (i <= lowest_) return {0, 0};
    --i;
    Leading number;
    const std::uint64_t first = magnitude(i), second = i > 0 ? magnitude(i - 1) : 0,
                        third = i > 1 ? magnitude(i - 2) : 0;
    const int zeros = std::countl_zero(first);
    const auto joined = [zeros](std::uint64_t above, std::uint64_t below) {
        return zeros == 0 ? above : (above << zeros) | (below >> (64 - zeros));
    };
    number.first = joined(first, second);
    number.second = joined(second, third);
    number.sticky = zeros != 0 && (third << zeros) != 0;
    for (std::size_t below = lowest_; !number.sticky && below + 2 < i + (zeros == 0 ? 1 : 0); ++below)
        number.sticky = limbs_[below] != 0;
    number.exponent = kLowestExponent + static_cast<int>(64 * i) + 63 - zeros;
    const DoubleDouble sum = rounded(number);
    return negative ? DoubleDouble{-sum.high, -sum.low} : sum;
}

double ExactSum::minus(double value) const {
    ExactSum difference = *this;
    difference.add(-value);
    return difference.value();
}

}  // namespace mantissa
