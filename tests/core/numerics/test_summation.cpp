#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "formats_under_test.h"
#include "numerics/error_bound.h"
#include "numerics/exact_sum.h"
#include "numerics/exact_value.h"
#include "numerics/rounded_addition.h"
#include "numerics/rounding.h"
#include "numerics/summation.h"

namespace mantissa {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

std::vector<Format> accumulators() {
    std::vector<Format> formats = test::everyKindOfFormat();
    for (const char* name : {"e10m49", "e8m50", "e8m51"}) formats.push_back(*findFormat(name));
    std::erase_if(formats, [](const Format& f) { return !canAccumulate(f); });
    return formats;
}

std::vector<SummationOrder> orders() {
    return {{.kind = SummationKind::sequential},
            {.kind = SummationKind::blocked, .block = 7},
            {.kind = SummationKind::blocked, .block = 32},
            {.kind = SummationKind::pairwise},
            {.kind = SummationKind::kahan}};
}

/// Values of `format` of very different sizes and both signs, with zeros among them.
std::vector<double> addendsOf(const Format& format, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> exponent(-40, 40), kind(0, 9);
    std::vector<double> values(count);
    for (double& value : values) {
        const int k = kind(random);
        const double drawn = k == 0 ? 0 : k < 4 ? std::ldexp(normal(random), exponent(random)) : normal(random);
        value = roundTo(format, drawn, {.overflow = Overflow::saturate});
    }
    return values;
}

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

std::vector<double> sumsOf(const SummationOptions& options, const std::vector<double>& addends) {
    RunningSum sum(options);
    std::vector<double> sums(addends.size());
    sum.add(addends, sums);
    return sums;
}

TEST(AddRounded, RoundsTheExactSumOnceInEveryFormat) {
    std::mt19937_64 random(3);
    std::uniform_int_distribution<int> gap(-70, 70);
    for (const Format& f : accumulators()) {
        const std::vector<double> left = addendsOf(f, 100, random()), right = addendsOf(format("fp64"), 100, random());
        for (std::size_t i = 0; i < left.size(); ++i) {
            // Half a step of the format beside a value of it, and a little more, so that ties are met and just missed.
            const double step = ulp(f, left[i]) / 2;
            for (const double b : {right[i], step, -step, step + std::ldexp(step, gap(random)), step - 0x1p-200}) {
                const Rational exact = ExactValue::fromDouble(left[i]).value() + ExactValue::fromDouble(b).value();
                if (exact == 0) continue;
                const double once = decode(f, ExactValue::fromSigned(exact).encodedIn(f, {}));
                ASSERT_TRUE(same(addRounded(f, left[i], b), once))
                    << f.name << ": " << left[i] << " + " << b << " gives " << addRounded(f, left[i], b) << ", not "
                    << once;
                ASSERT_TRUE(same(addRounded(f, b, left[i]), once)) << f.name;
            }
        }
    }
}

TEST(AddRounded, FollowsIeeeForSpecialValues) {
    const Format& bf16 = format("bf16");
    EXPECT_TRUE(std::isnan(addRounded(bf16, kInf, -kInf)));
    EXPECT_EQ(addRounded(bf16, kInf, 1), kInf);
    EXPECT_FALSE(std::signbit(addRounded(bf16, -3, 3)));
    EXPECT_TRUE(std::signbit(addRounded(bf16, -0.0, -0.0)));
    EXPECT_FALSE(std::signbit(addRounded(format("e4m3fnuz"), -0.0, -0.0)));
    EXPECT_TRUE(std::isnan(addRounded(format("e4m3"), 448, 448)));
    EXPECT_EQ(addRounded(format("e3m2"), 28, 28), 28);
    EXPECT_EQ(addRounded(format("int8"), 100, 100), 127);
}

// Rounding a wide addend through FP64 would round twice: 1 + 2^-8 is a tie of BF16, and 2^-60 decides it.
TEST(AddRounded, DoesNotRoundTwice) {
    EXPECT_EQ(addRounded(format("bf16"), 1 + 0x1p-8, 0x1p-60), 1 + 0x1p-7);
    EXPECT_EQ(addRounded(format("bf16"), 1 + 0x1p-8, -0x1p-60), 1);
    EXPECT_EQ(addRounded(format("bf16"), 1 + 0x1p-8, 0), 1);
}

TEST(RunningSum, FastIsBitForBitTheReference) {
    for (const Format& f : accumulators())
        for (const char* name : {"fp32", "fp64", "bf16", "e4m3", "int8"}) {
            const Format& addendFormat = format(name);
            for (const auto& order : orders()) {
                const std::vector<double> addends = addendsOf(addendFormat, 150, 1);
                const auto fast = sumsOf({f, addendFormat, order, Arithmetic::fast}, addends);
                const auto reference = sumsOf({f, addendFormat, order, Arithmetic::reference}, addends);
                for (std::size_t i = 0; i < fast.size(); ++i)
                    ASSERT_TRUE(same(fast[i], reference[i]))
                        << f.name << ", " << name << " addends, " << orderName(order) << ", term " << i << ": "
                        << fast[i] << " instead of " << reference[i];
            }
        }
}

TEST(RunningSum, FastIsBitForBitTheReferenceOnLongSums) {
    for (const char* name : {"fp64", "fp32", "tf32", "fp16", "bf16", "e4m3", "e5m2", "e6m9"}) {
        const Format f = *findFormat(name);
        std::mt19937_64 random(9);
        std::normal_distribution<float> normal;
        std::vector<double> addends(20'000);
        for (double& value : addends) value = static_cast<double>(normal(random) * normal(random));
        for (const auto& order : orders())
            ASSERT_EQ(sumsOf({f, format("fp32"), order, Arithmetic::fast}, addends),
                      sumsOf({f, format("fp32"), order, Arithmetic::reference}, addends))
                << name << ", " << orderName(order);
    }
}

TEST(RunningSum, NonFiniteAddendsGiveTheReferencesResult) {
    const std::vector<double> addends{1, 2, kInf, 3, -kInf, 4};
    for (const Format& f : accumulators())
        for (const auto& order : orders()) {
            const auto fast = sumsOf({f, format("fp32"), order, Arithmetic::fast}, addends);
            const auto reference = sumsOf({f, format("fp32"), order, Arithmetic::reference}, addends);
            for (std::size_t i = 0; i < fast.size(); ++i)
                ASSERT_TRUE(same(fast[i], reference[i])) << f.name << ", " << orderName(order) << ", term " << i;
        }
}

TEST(RunningSum, OnesStopWhereTheGapIsTwo) {
    struct Case {
        const char* format;
        double stop;
    };
    for (const auto& [name, stop] :
         {Case{"bf16", 256}, Case{"fp16", 2048}, Case{"e4m3", 16}, Case{"e5m2", 8}, Case{"tf32", 2048}}) {
        const std::vector<double> ones(4096, 1.0);
        RunningSum sum({.accumulator = format(name), .addends = format("fp32"), .order = {}});
        sum.add(ones);
        EXPECT_EQ(sum.value(), stop) << name;
        const auto still = sum.standstill();
        ASSERT_TRUE(still);
        EXPECT_EQ(still->since, stop) << name;
        EXPECT_EQ(still->total, stop);
        EXPECT_EQ(still->added, 4096u);
        EXPECT_EQ(still->largestAddend, 1);
    }
    RunningSum fp32({.accumulator = format("fp32"), .addends = format("fp32"), .order = {}});
    const std::vector<double> ones(1 << 20, 1.0);
    for (int i = 0; i < 17; ++i) fp32.add(ones);
    EXPECT_EQ(fp32.value(), 16777216);
    EXPECT_EQ(fp32.standstill()->since, 16777216u);
}

TEST(RunningSum, PairwiseIsTheTreeOfNeighbours) {
    // As the definition says it: neighbours are added, an odd one out moves up.
    const std::function<double(const Format&, std::vector<double>)> tree = [&](const Format& f,
                                                                               std::vector<double> values) {
        if (values.size() == 1) return values.front();
        std::vector<double> next;
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) next.push_back(addRounded(f, values[i], values[i + 1]));
        if (values.size() % 2 == 1) next.push_back(values.back());
        return tree(f, next);
    };
    const Format& bf16 = format("bf16");
    const std::vector<double> addends = addendsOf(format("bf16"), 200, 4);
    const auto sums =
        sumsOf({.accumulator = bf16, .addends = bf16, .order = {.kind = SummationKind::pairwise}}, addends);
    for (std::size_t n = 1; n <= addends.size(); ++n)
        ASSERT_EQ(sums[n - 1], tree(bf16, {addends.begin(), addends.begin() + static_cast<std::ptrdiff_t>(n)})) << n;
}

TEST(RunningSum, BlockedAddsSumsOfBlocks) {
    const Format& fp16 = format("fp16");
    const std::vector<double> addends = addendsOf(fp16, 100, 5);
    const auto sums = sumsOf({.accumulator = fp16, .addends = fp16, .order = {SummationKind::blocked, 8}}, addends);
    for (std::size_t n = 1; n <= addends.size(); ++n) {
        double total = 0;
        for (std::size_t begin = 0; begin < n; begin += 8) {
            double block = 0;
            for (std::size_t i = begin; i < std::min(n, begin + 8); ++i) block = addRounded(fp16, block, addends[i]);
            total = addRounded(fp16, total, block);
        }
        ASSERT_TRUE(same(sums[n - 1], total)) << n;
    }
}

TEST(RunningSum, KahanFollowsHisFourLines) {
    const std::vector<double> addends = addendsOf(format("fp32"), 500, 6);
    const auto sums =
        sumsOf({.accumulator = format("fp32"), .addends = format("fp32"), .order = {SummationKind::kahan}}, addends);
    volatile float s = 0, c = 0, y = 0, t = 0;
    for (std::size_t i = 0; i < addends.size(); ++i) {
        y = static_cast<float>(addends[i]) - c;
        t = s + y;
        c = (t - s) - y;
        s = t;
        ASSERT_EQ(sums[i], static_cast<double>(s)) << i;
    }
}

TEST(RunningSum, KahanSumsOnesInBf16) {
    RunningSum sum({.accumulator = format("bf16"), .addends = format("fp32"), .order = {SummationKind::kahan}});
    sum.add(std::vector<double>(4096, 1.0));
    EXPECT_EQ(sum.value(), 4096);
}

TEST(RunningSum, PiecesAndCopiesChangeNothing) {
    const std::vector<double> addends = addendsOf(format("fp32"), 1000, 7);
    for (const auto& order : orders()) {
        const SummationOptions options{.accumulator = format("bf16"), .addends = format("fp32"), .order = order};
        const auto whole = sumsOf(options, addends);
        RunningSum pieces(options);
        const std::span<const double> all(addends);
        pieces.add(all.first(333));
        RunningSum copy = pieces;
        pieces.add(all.subspan(333));
        EXPECT_EQ(pieces.value(), whole.back()) << orderName(order);
        EXPECT_EQ(copy.count(), 333u);
        EXPECT_EQ(copy.value(), whole[332]);
        copy.add(all.subspan(333, 1));
        EXPECT_EQ(copy.value(), whole[333]);
        for (std::size_t i = 334; i < addends.size(); ++i) {
            copy.add(all.subspan(i, 1));
            const Addition last = copy.lastAddition();
            ASSERT_EQ(last.stored, whole[i]) << orderName(order) << ", term " << i;
            ASSERT_EQ(addRounded(options.accumulator, last.left, last.right), last.stored) << orderName(order) << i;
        }
    }
}

TEST(RunningSum, BeforeTheFirstAddendItIsZero) {
    for (const auto& order : orders()) {
        RunningSum sum({.accumulator = format("bf16"), .addends = format("fp32"), .order = order});
        EXPECT_EQ(sum.value(), 0);
        sum.add({});
        EXPECT_EQ(sum.count(), 0u);
        const std::vector<double> first{1.00390625};  // no BF16 value: a sum of one term is rounded too
        sum.add(first);
        EXPECT_EQ(sum.value(), 1) << orderName(order);
        EXPECT_EQ(sum.lastAddition().stored, 1);
    }
}

TEST(SummationOrder, NamesReadBack) {
    for (const auto& order : orders()) EXPECT_EQ(findOrder(orderName(order)), order);
    for (const char* bad : {"", "blocked", "blocked:", "blocked:1", "blocked:0", "blocked:x", "blocked:8x",
                            "blocked:-2", "blocked:99999999999999999999", "Kahan", "pairwise:2"})
        EXPECT_FALSE(findOrder(bad)) << bad;
    EXPECT_FALSE(canAccumulate(format("e8m0")));
    EXPECT_TRUE(canAccumulate(format("int32")));
}

TEST(ErrorBound, IsGammaWhereOneFormatDoesAll) {
    const Format& fp16 = format("fp16");
    const double u = 0x1p-11;
    EXPECT_EQ(unitRoundoff(fp16), u);
    for (const std::uint64_t n : {1u, 2u, 10u, 1000u}) {
        const double gamma = *gammaFactor(n, u);
        EXPECT_DOUBLE_EQ(gamma, static_cast<double>(n) * u / (1 - static_cast<double>(n) * u));
        const auto bound = ErrorBounds({fp16, fp16, {}}).of({.n = n});
        ASSERT_TRUE(bound);
        EXPECT_EQ(bound->roundings, n - 1);
        EXPECT_LE(bound->relative, gamma * (1 + 1e-15));
        EXPECT_GE(bound->relative, *gammaFactor(n - 1, u));
    }
    EXPECT_TRUE(ErrorBounds({fp16, fp16, {}}).of({.n = 2048}));
    EXPECT_FALSE(ErrorBounds({fp16, fp16, {}}).of({.n = 2049}));
    EXPECT_FALSE(gammaFactor(2048, u));
    EXPECT_FALSE(ErrorBounds({format("fp32"), format("int32"), {}}).of({.n = 10}));
    EXPECT_EQ(longestPath({.kind = SummationKind::pairwise}, 1024), 10u);
    EXPECT_EQ(longestPath({.kind = SummationKind::pairwise}, 1025), 11u);
    EXPECT_EQ(longestPath({SummationKind::blocked, 32}, 1024), 31u + 31u);
    EXPECT_EQ(longestPath({SummationKind::blocked, 32}, 20), 19u);
}

/// Terms in all formats and orders of a test of the bound: uniform, normal, and so small that products underflow.
enum class Terms { positive, normal, tiny };

void expectWithinBound(const DotArithmetic& how, Terms terms) {
    std::mt19937_64 random(8);
    std::uniform_real_distribution<float> uniform(0, 1);
    std::normal_distribution<float> normal;
    const double scale = terms == Terms::tiny ? std::sqrt(limits(how.product).minSubnormal) : 1;
    RunningSum sum({.accumulator = how.accumulator, .addends = how.product, .order = how.order});
    const ErrorBounds bounds(how);
    ExactSum exact, sizes;
    DotTerms so;
    for (so.n = 1; so.n <= 500; ++so.n) {
        const double a = scale * (terms == Terms::positive ? uniform(random) : normal(random)),
                     b = scale * (terms == Terms::positive ? uniform(random) : normal(random));
        exact.add(a * b);
        sizes.add(std::abs(a * b));
        so.sizes = sizes.value();
        so.largest = std::max(so.largest, std::abs(a * b));
        if (mayUnderflow(how.product, std::abs(a * b))) ++so.underflows;
        const double term = roundTo(how.product, a * b);
        sum.add({&term, 1});
        const auto bound = bounds.of(so);
        if (!bound || !std::isfinite(sum.value())) return;
        // Kahan's is a first-order bound: nu² of slack, with the constant left open by the theory.
        const double u = *unitRoundoff(how.accumulator), size = static_cast<double>(so.n);
        const double slack = bound->firstOrder ? 8 * size * u * u * so.sizes : 0;
        ASSERT_LE(std::abs(exact.minus(sum.value())), bound->absolute(so.sizes) + slack)
            << how.accumulator.title << ", " << how.product.title << " products, " << orderName(how.order)
            << ", n = " << so.n;
    }
}

TEST(ErrorBound, IsNeverExceeded) {
    for (const char* accumulator : {"fp32", "fp16", "bf16", "e4m3", "tf32", "e2m3", "e3m2", "e6m9nosub"})
        for (const char* product : {"fp32", "bf16", "fp16", "e5m2", "e2m3", "e6m9nosub"})
            for (const auto& order : orders())
                for (const auto terms : {Terms::positive, Terms::normal, Terms::tiny})
                    expectWithinBound({*findFormat(product), *findFormat(accumulator), order}, terms);
}

TEST(ErrorBound, CountsWhatUnderflows) {
    // A hundred products of 1e-8 each, below half of FP16's smallest: the whole sum is lost.
    const DotArithmetic how{format("fp16"), format("fp32"), {}};
    const DotTerms terms{.n = 100, .sizes = 1e-6, .largest = 1e-8, .underflows = 100};
    const auto bound = ErrorBounds(how).of(terms);
    ASSERT_TRUE(bound);
    EXPECT_GE(bound->absolute(terms.sizes), 1e-6);
    EXPECT_GE(bound->share(terms.sizes), 1);
    EXPECT_EQ(ErrorBounds(how).of({.n = 100, .sizes = 100, .largest = 1})->underflow, 0);
    EXPECT_TRUE(mayUnderflow(format("fp16"), 6e-5));
    EXPECT_FALSE(mayUnderflow(format("fp16"), 0x1p-14));
    EXPECT_FALSE(mayUnderflow(format("fp16"), 0));
}

TEST(ErrorBound, NoneWhereValuesMayHaveBeenClamped) {
    // FP6 E2M3 ends at 7.5 and has neither infinity nor NaN.
    const DotArithmetic sums{format("fp32"), format("e2m3"), {.kind = SummationKind::pairwise}};
    EXPECT_TRUE(ErrorBounds(sums).of({.n = 8, .sizes = 4, .largest = 1}));
    EXPECT_FALSE(ErrorBounds(sums).of({.n = 8, .sizes = 36, .largest = 8}));
    const DotArithmetic products{format("e2m3"), format("fp32"), {}};
    EXPECT_TRUE(ErrorBounds(products).of({.n = 8, .sizes = 36, .largest = 7.5}));
    EXPECT_FALSE(ErrorBounds(products).of({.n = 8, .sizes = 36, .largest = 8}));
}

}  // namespace
}  // namespace mantissa
