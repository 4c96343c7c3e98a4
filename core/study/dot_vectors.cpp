#include "study/dot_vectors.h"

#include <ATen/core/Tensor.h>

#include <cmath>
#include <numbers>

#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/checkpoint.h"

namespace mantissa {
namespace {

constexpr std::size_t kDefaultTerms = 4096;
constexpr float kLarge = 4096;
constexpr std::size_t kStopEvery = std::size_t{1} << 16;  ///< terms between two looks at the stop token

struct DataName {
    DotData data;
    std::string_view name;
};
constexpr DataName kDataNames[] = {
    {DotData::ones, "ones"},     {DotData::growing, "growing"},       {DotData::uniform, "uniform"},
    {DotData::normal, "normal"}, {DotData::cancelling, "cancelling"}, {DotData::file, "file"},
    {DotData::neuron, "neuron"},
};

Error badVectors(std::string message, std::string where = {}) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

/// The index-th number of a seed's sequence (SplitMix64, Steele, Lea and Flood 2014), whichever was asked for before.
std::uint64_t randomAt(std::uint64_t seed, std::uint64_t index) {
    const auto mix = [](std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    };
    return mix(mix(seed + 0x9E3779B97F4A7C15u) + index * 0x9E3779B97F4A7C15u);
}

struct Pair {
    float a, b;
};

/// The 24 bits that a float holds.
Pair uniformPair(std::uint64_t seed, std::uint64_t index) {
    const std::uint64_t bits = randomAt(seed, index);
    return {static_cast<float>(bits >> 40) * 0x1p-24f, static_cast<float>(bits & 0xFFFFFF) * 0x1p-24f};
}

/// Box and Muller 1958, "A note on the generation of random normal deviates"; with 32 bits each, up to 6.6 deviations.
Pair normalPair(std::uint64_t seed, std::uint64_t index) {
    const std::uint64_t bits = randomAt(seed, index);
    const double radius = std::sqrt(-2 * std::log((static_cast<double>(bits >> 32) + 1) * 0x1p-32));
    const double angle = 2 * std::numbers::pi * static_cast<double>(bits & 0xFFFFFFFF) * 0x1p-32;
    return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
}

Pair pairOf(const DotSource& source, std::size_t i, std::size_t terms) {
    switch (source.data) {
        case DotData::growing:
            return {static_cast<float>(i + 1), 1};
        case DotData::uniform:
            return uniformPair(source.seed, i);
        case DotData::normal:
            return normalPair(source.seed, i);
        case DotData::cancelling:
            return {i == 0 ? kLarge : i + 1 == terms ? -kLarge : 1, 1};
        default:
            return {1, 1};
    }
}

std::string wordsFor(DotData data, std::size_t terms) {
    const std::string count = std::to_string(terms);
    const std::string plural = terms == 1 ? "" : "s";
    switch (data) {
        case DotData::growing:
            return "1 to " + count;
        case DotData::uniform:
            return count + " uniform product" + plural;
        case DotData::normal:
            return count + " normal product" + plural;
        case DotData::cancelling:
            return count + " terms, 4096 + 1 + … + 1 − 4096,";
        default:
            return count + " one" + plural;
    }
}

Result<DotVectors> made(const DotSource& source, std::stop_token stop, const Progress& progress) {
    const std::size_t terms = source.terms.value_or(kDefaultTerms);
    DotVectors vectors{.a = {}, .b = {}, .terms = wordsFor(source.data, terms), .note = {}};
    vectors.a.resize(terms);
    vectors.b.resize(terms);
    for (std::size_t i = 0; i < terms; ++i) {
        if (i % kStopEvery == 0) {
            if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "cancelled"};
            if (progress)
                progress({.stage = "Making the vectors",
                          .done = static_cast<std::int64_t>(i),
                          .total = static_cast<std::int64_t>(terms)});
        }
        const Pair pair = pairOf(source, i, terms);
        vectors.a[i] = pair.a;
        vectors.b[i] = pair.b;
    }
    return vectors;
}

Result<std::vector<float>> readTensor(const Checkpoint& file, const std::string& name, std::string& note) {
    const std::string where = file.path.string();
    const TensorRecord* record = file.find(name);
    if (!record) return badVectors("has no tensor “" + name + "”; `mantissa inspect` lists those it has", where);
    if (record->numel() < 1 || static_cast<std::uint64_t>(record->numel()) > kMostTerms)
        return badVectors("tensor “" + name + "” has " + std::to_string(record->numel()) +
                              " values; a vector has 1 to " + std::to_string(kMostTerms),
                          where);
    if (record->dtype == DType::c64) return badVectors("tensor “" + name + "” holds complex numbers", where);
    auto view = tensorView(*record);
    if (!view) return std::move(view).error();
    const at::Tensor values = view->to(at::kFloat).contiguous();
    const bool narrower =
        record->dtype == DType::f64 || (!isFloating(record->dtype) && elementBytes(record->dtype) > 2);
    if (narrower) note = "rounded from " + std::string(dtypeName(record->dtype)) + " to FP32";
    const float* first = values.const_data_ptr<float>();
    return std::vector<float>(first, first + values.numel());
}

Result<DotVectors> fromFile(const TensorPair& tensors) {
    auto file = openCheckpoint(tensors.file);
    if (!file) return std::move(file).error();
    DotVectors vectors;
    auto a = readTensor(*file, tensors.a, vectors.note);
    if (!a) return std::move(a).error();
    auto b = readTensor(*file, tensors.b, vectors.note);
    if (!b) return std::move(b).error();
    if (a->size() != b->size())
        return badVectors("tensor “" + tensors.a + "” has " + std::to_string(a->size()) + " values and “" + tensors.b +
                              "” " + std::to_string(b->size()) + "; a dot product needs as many of each",
                          tensors.file.string());
    vectors.a = *std::move(a);
    vectors.b = *std::move(b);
    vectors.terms = "products of " + tensors.a + " and " + tensors.b;
    return vectors;
}

Result<DotVectors> fromNeuron(const Neuron& neuron, std::stop_token stop) {
    auto terms = neuronTerms(neuron, std::move(stop));
    if (!terms) return std::move(terms).error();
    return DotVectors{.a = std::move(terms->weights),
                      .b = std::move(terms->activations),
                      .terms = "products of " + terms->name,
                      .note = {}};
}

}  // namespace

std::string_view dotDataName(DotData data) {
    for (const auto& entry : kDataNames)
        if (entry.data == data) return entry.name;
    return "";
}

std::optional<DotData> findDotData(std::string_view name) {
    for (const auto& entry : kDataNames)
        if (entry.name == name) return entry.data;
    return std::nullopt;
}

Result<DotVectors> makeDotVectors(const DotSource& source, std::stop_token stop, const Progress& progress) {
    if (source.terms && (*source.terms < 1 || *source.terms > kMostTerms))
        return badVectors("a dot product has 1 to " + std::to_string(kMostTerms) + " terms");
    if (source.data != DotData::file && source.data != DotData::neuron) return made(source, std::move(stop), progress);
    auto vectors = source.data == DotData::file ? fromFile(source.tensors) : fromNeuron(source.neuron, std::move(stop));
    if (!vectors || !source.terms) return vectors;
    if (*source.terms > vectors->a.size())
        return badVectors("there are " + std::to_string(vectors->a.size()) + " terms, not " +
                          std::to_string(*source.terms));
    vectors->a.resize(*source.terms);
    vectors->b.resize(*source.terms);
    vectors->terms = "the first " + std::to_string(*source.terms) + " " + vectors->terms;
    return vectors;
}

}  // namespace mantissa
