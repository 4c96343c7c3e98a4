#include "numerics/summation.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "numerics/fast_addition.h"

namespace mantissa {

/// A sum in one order with one way of adding.
class RunningSum::State {
  public:
    virtual ~State() = default;
    virtual std::unique_ptr<State> clone() const = 0;
    virtual void add(std::span<const double> addends, std::span<double> sums) = 0;
    virtual double value() const = 0;
    virtual Addition lastAddition() const = 0;
    virtual std::optional<Standstill> standstill() const { return std::nullopt; }
    std::uint64_t count() const { return count_; }

  protected:
    std::uint64_t count_ = 0;
};

namespace {

template <class Sum>
class Cloneable : public RunningSum::State {
  public:
    std::unique_ptr<State> clone() const override { return std::make_unique<Sum>(static_cast<const Sum&>(*this)); }
};

/// Notes what is added to a total.
void note(Standstill& still, double addend, double total, std::uint64_t count) {
    if (total != still.total) still.since = count;
    still.total = total;
    still.added = count;
    still.largestAddend = std::max(still.largestAddend, std::abs(addend));
}

template <class Add>
class SequentialSum final : public Cloneable<SequentialSum<Add>> {
  public:
    SequentialSum(Add add, const SummationOrder&) : add_(add) {}

    void add(std::span<const double> addends, std::span<double> sums) override {
        Standstill still = still_;
        for (std::size_t i = 0; i < addends.size(); ++i) {
            last_ = {still.total, addends[i], 0};
            note(still, addends[i], add_(still.total, addends[i]), ++this->count_);
            if (!sums.empty()) sums[i] = still.total;
        }
        still_ = still;
    }
    double value() const override { return still_.total; }
    Addition lastAddition() const override { return {last_.left, last_.right, still_.total}; }
    std::optional<Standstill> standstill() const override { return still_; }

  private:
    Add add_;
    Standstill still_;
    Addition last_;
};

template <class Add>
class BlockedSum final : public Cloneable<BlockedSum<Add>> {
  public:
    BlockedSum(Add add, const SummationOrder& order) : add_(add), block_(order.block) {}

    void add(std::span<const double> addends, std::span<double> sums) override {
        for (std::size_t i = 0; i < addends.size(); ++i) {
            last_ = {inBlock_ == 0 ? 0 : partial_, addends[i], 0};
            partial_ = add_(last_.left, addends[i]);
            ++this->count_;
            if (++inBlock_ == block_) {
                // The first block is the total; adding it to 0 would be the same.
                if (this->count_ > block_) last_ = {still_.total, partial_, 0};
                note(still_, partial_, add_(still_.total, partial_), this->count_);
                inBlock_ = 0;
            }
            if (!sums.empty()) sums[i] = value();
        }
    }
    double value() const override {
        if (inBlock_ == 0) return still_.total;
        return this->count_ < block_ ? partial_ : add_(still_.total, partial_);
    }
    Addition lastAddition() const override {
        const bool within = inBlock_ == 0 || this->count_ < block_;
        return within ? Addition{last_.left, last_.right, value()} : Addition{still_.total, partial_, value()};
    }
    std::optional<Standstill> standstill() const override { return still_; }

  private:
    Add add_;
    std::uint64_t block_;
    std::uint64_t inBlock_ = 0;
    double partial_ = 0;
    Standstill still_;
    Addition last_;
};

/// One sum for each binary digit 1 of the count: of the 2^i terms that it stands for. Adding a term carries as
/// counting does.
template <class Add>
class PairwiseSum final : public Cloneable<PairwiseSum<Add>> {
  public:
    PairwiseSum(Add add, const SummationOrder&) : add_(add) {}

    void add(std::span<const double> addends, std::span<double> sums) override {
        for (std::size_t i = 0; i < addends.size(); ++i) {
            double carry = addends[i];
            const int ones = std::countr_one(this->count_++);
            last_ = {0, carry, 0};
            for (int digit = 0; digit < ones; ++digit) {
                last_ = {sums_[static_cast<std::size_t>(digit)], carry, 0};
                carry = add_(last_.left, carry);
            }
            sums_[static_cast<std::size_t>(ones)] = carry;
            if (!sums.empty()) sums[i] = value();
        }
    }
    double value() const override { return lastAddition().stored; }
    Addition lastAddition() const override {
        if (this->count_ == 0) return {};
        if (this->count_ == 1) return {last_.left, last_.right, add_(last_.left, last_.right)};
        std::uint64_t digits = this->count_;
        const auto take = [&] {
            const double sum = sums_[static_cast<std::size_t>(std::countr_zero(digits))];
            digits &= digits - 1;
            return sum;
        };
        Addition latest{last_.left, last_.right, take()};
        while (digits != 0) {
            latest = {take(), latest.stored, 0};
            latest.stored = add_(latest.left, latest.right);
        }
        return latest;
    }

  private:
    Add add_;
    std::array<double, 64> sums_{};
    Addition last_;
};

template <class Add>
class KahanSum final : public Cloneable<KahanSum<Add>> {
  public:
    KahanSum(Add add, const SummationOrder&) : add_(add) {}

    void add(std::span<const double> addends, std::span<double> sums) override {
        double sum = sum_, lost = lost_;
        for (std::size_t i = 0; i < addends.size(); ++i) {
            const double addend = add_(addends[i], -lost);
            const double next = add_(sum, addend);
            lost = add_(add_(next, -sum), -addend);
            last_ = {sum, addend, next};
            sum = next;
            if (!sums.empty()) sums[i] = sum;
        }
        sum_ = sum;
        lost_ = lost;
        this->count_ += addends.size();
    }
    double value() const override { return sum_; }
    Addition lastAddition() const override { return last_; }

  private:
    Add add_;
    double sum_ = 0;
    double lost_ = 0;  ///< how much too large the sum is, as far as the accumulator can tell
    Addition last_;
};

template <class Add>
std::unique_ptr<RunningSum::State> inOrder(const SummationOrder& order, Add add) {
    switch (order.kind) {
        case SummationKind::sequential:
            return std::make_unique<SequentialSum<Add>>(add, order);
        case SummationKind::blocked:
            return std::make_unique<BlockedSum<Add>>(add, order);
        case SummationKind::pairwise:
            return std::make_unique<PairwiseSum<Add>>(add, order);
        case SummationKind::kahan:
            return std::make_unique<KahanSum<Add>>(add, order);
    }
    return nullptr;
}

bool isWithinFloat(const Format& f) {
    const FormatLimits l = limits(f);
    const FormatLimits fp32 = limits(format("fp32"));
    const int significant = f.kind == FormatKind::integer ? f.fractionBits : f.fractionBits + 1;
    return significant <= 24 && l.max <= fp32.max && l.minSubnormal >= fp32.minSubnormal;
}

std::unique_ptr<RunningSum::State> stateFor(const SummationOptions& options) {
    const Format& f = options.accumulator;
    if (options.arithmetic == Arithmetic::fast) {
        if (detail::isBinary64(f)) return inOrder(options.order, detail::DoubleAddition());
        if (detail::isBinary32(f) && isWithinFloat(options.addends))
            return inOrder(options.order, detail::FloatAddition());
        if (detail::BitwiseAddition::covers(f)) return inOrder(options.order, detail::BitwiseAddition(f));
    }
    return inOrder(options.order, detail::DefinedAddition(f));
}

std::uint64_t additionsIn(std::uint64_t terms) { return terms > 0 ? terms - 1 : 0; }

}  // namespace

std::string orderName(const SummationOrder& order) {
    switch (order.kind) {
        case SummationKind::sequential:
            return "sequential";
        case SummationKind::blocked:
            return "blocked:" + std::to_string(order.block);
        case SummationKind::pairwise:
            return "pairwise";
        case SummationKind::kahan:
            return "kahan";
    }
    return "";
}

std::optional<SummationOrder> findOrder(std::string_view name) {
    for (const auto kind : {SummationKind::sequential, SummationKind::pairwise, SummationKind::kahan})
        if (orderName({.kind = kind}) == name) return SummationOrder{.kind = kind};
    constexpr std::string_view kPrefix = "blocked:";
    if (!name.starts_with(kPrefix)) return std::nullopt;
    name.remove_prefix(kPrefix.size());
    SummationOrder order{.kind = SummationKind::blocked};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), order.block);
    const bool isNumber = error == std::errc{} && end == name.data() + name.size();
    if (!isNumber || order.block < kLeastBlock || order.block > kLargestBlock) return std::nullopt;
    return order;
}

bool canAccumulate(const Format& format) { return format.kind == FormatKind::integer || format.signBits == 1; }

RunningSum::RunningSum(const SummationOptions& options) : state_(stateFor(options)) {}
RunningSum::RunningSum(const RunningSum& other) : state_(other.state_->clone()) {}
RunningSum::RunningSum(RunningSum&&) noexcept = default;
RunningSum& RunningSum::operator=(RunningSum&&) noexcept = default;
RunningSum::~RunningSum() = default;
RunningSum& RunningSum::operator=(const RunningSum& other) {
    state_ = other.state_->clone();
    return *this;
}

void RunningSum::add(std::span<const double> addends, std::span<double> sums) {
    if (!sums.empty() && sums.size() != addends.size()) std::abort();
    state_->add(addends, sums);
}
std::uint64_t RunningSum::count() const { return state_->count(); }
double RunningSum::value() const { return state_->value(); }
Addition RunningSum::lastAddition() const { return state_->lastAddition(); }
std::optional<Standstill> RunningSum::standstill() const { return state_->standstill(); }

std::uint64_t longestPath(const SummationOrder& order, std::uint64_t n) {
    switch (order.kind) {
        case SummationKind::sequential:
            return additionsIn(n);
        case SummationKind::blocked:
            return additionsIn(std::min(n, order.block)) + additionsIn((n + order.block - 1) / order.block);
        case SummationKind::pairwise:
            return n < 2 ? 0 : static_cast<std::uint64_t>(std::bit_width(n - 1));
        case SummationKind::kahan:
            return additionsIn(n);
    }
    return 0;
}

}  // namespace mantissa
