#include "study/dot_product.h"

#include <cstdio>
#include <cstdlib>
#include <random>

#include "bench.h"
#include "numerics/products.h"
#include "numerics/summation.h"

namespace mantissa::bench {
namespace {

constexpr std::size_t kTerms = 10'000'000;

/// A fast sum beside the definition that it must agree with, over so few terms that the definition is bearable.
Figure summed(const Format& accumulator, const SummationOrder& order) {
    constexpr std::size_t kFew = 200'000;
    std::vector<float> a(kFew), b(kFew);
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform;
    for (auto* values : {&a, &b})
        for (float& value : *values) value = uniform(random);
    std::vector<double> products(kFew), sums(kFew);
    roundedProducts(format("fp32"), a, b, products);
    const auto add = [&](Arithmetic arithmetic) {
        RunningSum sum(
            {.accumulator = accumulator, .addends = format("fp32"), .order = order, .arithmetic = arithmetic});
        sum.add(products, sums);
    };
    const PairedTimes times = timePaired([&] { add(Arithmetic::fast); }, [&] { add(Arithmetic::reference); }, 5);
    return {.name = "sum " + accumulator.name + " " + orderName(order),
            .ours = times.ours / kFew * 1e9,
            .peer = "definition",
            .theirs = times.theirs / kFew * 1e9,
            .unit = "ns/term",
            .goal = 1};
}

/// The whole study, as the page and the command line run it: vectors, exact sum, errors after every term. The peer is
/// the second within which ten million terms are to answer.
Figure study(DotData data, const std::vector<std::string>& accumulators) {
    DotRequest request;
    request.source = {.data = data, .terms = kTerms, .seed = 1, .tensors = {}, .neuron = {}};
    for (const auto& name : accumulators) request.sums.push_back({format(name), {}});
    const auto run = [&] {
        if (!dotProduct(request)) std::abort();
    };
    const PairedTimes times = timePaired(
        run, [] {}, 3);
    return {.name = "dot 10M " + std::string(dotDataName(data)) + " " + std::to_string(accumulators.size()) + " sums",
            .ours = times.ours * 1e3,
            .peer = "one second",
            .theirs = 1000,
            .unit = "ms",
            .goal = 1};
}

Outcome run() {
    Outcome outcome;
    for (const char* name : {"fp64", "fp32", "fp16", "bf16", "e4m3"})
        for (const char* order : {"sequential", "blocked:32", "kahan", "pairwise"})
            outcome.figures.push_back(summed(format(name), *findOrder(order)));
    outcome.figures.push_back(study(DotData::ones, {"bf16"}));
    outcome.figures.push_back(study(DotData::uniform, {"fp32", "fp16", "bf16"}));
    return outcome;
}

}  // namespace

Benchmark dotProductSpeed() {
    return {"dot", "adds up in each format and order beside the scalar definition; dot products of 10 million terms",
            run};
}

}  // namespace mantissa::bench
