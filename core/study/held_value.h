#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <variant>

namespace mantissa {

/// A number as a tensor holds it: an integer of an integer type, of which FP64 has not all beyond 2^53, or a floating
/// value other than NaN.
class HeldValue {
  public:
    using Number = std::variant<double, std::int64_t, std::uint64_t>;

    HeldValue(double value) : number_(value) {}
    HeldValue(std::signed_integral auto value) : number_(std::int64_t{value}) {}
    HeldValue(std::unsigned_integral auto value) : number_(std::uint64_t{value}) {}

    const Number& number() const { return number_; }

    /// By value, exactly, whatever the types are.
    friend std::partial_ordering operator<=>(const HeldValue& a, const HeldValue& b) { return a.parts() <=> b.parts(); }
    friend bool operator==(const HeldValue& a, const HeldValue& b) { return a.parts() == b.parts(); }

  private:
    /// The nearest FP64, and what that leaves out: in this order they compare as the numbers do.
    struct Parts {
        double nearest, rest;
        auto operator<=>(const Parts&) const = default;
    };

    static Parts partsOf(double value) { return {value, 0}; }
    static Parts partsOf(std::integral auto value) {
        // Either half is an FP64, so that a fast two-sum (Dekker 1971) loses nothing.
        const double upper = static_cast<double>(value >> 32) * 0x1p32;
        const auto lower = static_cast<double>(static_cast<std::uint32_t>(value));
        const double nearest = upper + lower;
        return {nearest, lower - (nearest - upper)};
    }
    Parts parts() const {
        return std::visit([](auto value) { return partsOf(value); }, number_);
    }

    Number number_;
};

}  // namespace mantissa
