#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "numerics/format.h"

namespace mantissa {

/// In which order a sum is added up (Higham 2002, Accuracy and Stability of Numerical Algorithms, chapter 4).
enum class SummationKind {
    sequential,  ///< ((x₁ + x₂) + x₃) + …: recursive summation (section 4.1)
    blocked,     ///< sequential sums of K terms each, themselves added up sequentially
    pairwise,  ///< neighbours are added, then neighbours of the results, …; what is left over moves up (section 4.1)
    kahan      ///< sequential, each rounding error carried into the next term: compensated (Kahan 1965; algorithm 4.2)
};

struct SummationOrder {
    SummationKind kind = SummationKind::sequential;
    std::uint64_t block = 32;  ///< K, at least 2; blocked only

    bool operator==(const SummationOrder&) const = default;
};

inline constexpr std::uint64_t kLeastBlock = 2, kLargestBlock = 1'000'000'000;

/// "sequential", "blocked:32", "pairwise", "kahan", as the command line and JSON write it.
std::string orderName(const SummationOrder& order);
/// The same read; nothing for what is no order.
std::optional<SummationOrder> findOrder(std::string_view name);

/// One addition: its operands and what was stored. `right` and, for the first of all, `left` need not be values of the
/// accumulator's format.
struct Addition {
    double left = 0;
    double right = 0;
    double stored = 0;
};

/// The history of the total that terms (in blocked order: whole blocks) are added to.
struct Standstill {
    double total = 0;
    std::uint64_t since = 0;   ///< how many terms were in when it last changed
    std::uint64_t added = 0;   ///< how many were in when something was last added to it
    double largestAddend = 0;  ///< the largest magnitude that was ever added to it
};

/// How additions are done. Both give the same bits; the tests hold `fast` against `reference`.
enum class Arithmetic { fast, reference };

/// What a running sum is made of.
struct SummationOptions {
    Format accumulator;  ///< every sum is a value of this format; it must have a sign and a zero (canAccumulate)
    Format addends;      ///< every addend is one of this
    SummationOrder order;
    Arithmetic arithmetic = Arithmetic::fast;
};

/// Whether sums can be held in this format at all: not in E8M0, which has neither sign nor zero.
bool canAccumulate(const Format& format);

/// A sum in the making. After each addend it has the value that its order gives for the addends so far. Every addition
/// is rounded once to the accumulator's format, nearest-even. Copies go on independently.
class RunningSum {
  public:
    explicit RunningSum(const SummationOptions& options);
    RunningSum(const RunningSum& other);
    RunningSum(RunningSum&&) noexcept;
    RunningSum& operator=(const RunningSum& other);
    RunningSum& operator=(RunningSum&&) noexcept;
    ~RunningSum();

    /// Takes more addends, and gives in `sums`, unless it is empty, the sum after each. Spans of different sizes are a
    /// programming error and end the program. In pairwise order each sum asked for takes up to log₂ n additions more.
    void add(std::span<const double> addends, std::span<double> sums = {});

    std::uint64_t count() const;
    double value() const;  ///< 0 before the first addend
    /// The addition that gives value(): the last of the order, not always that of the last addend.
    Addition lastAddition() const;
    /// Where the total that terms are added to stands; none in orders that have no such total (pairwise, Kahan).
    std::optional<Standstill> standstill() const;

    class State;

  private:
    std::unique_ptr<State> state_;
};

/// How many roundings a term meets at most on its way into the sum of n terms.
std::uint64_t longestPath(const SummationOrder& order, std::uint64_t n);

}  // namespace mantissa
