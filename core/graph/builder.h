#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// Where a builder's weights come from: a file's state dict, or fresh values for training.
class WeightSource {
  public:
    /// Tensors of a checkpoint. It must outlive the builder, not the Graph: records keep their bytes alive themselves.
    static WeightSource fromCheckpoint(const Checkpoint& checkpoint);
    /// Fresh values, seeded: PyTorch's defaults, uniform ±1/√fan-in for convolutions and linear layers, 1 and 0 for normalisation.
    static WeightSource initialised(std::uint64_t seed);

  private:
    friend class GraphBuilder;
    const Checkpoint* checkpoint_ = nullptr;
    std::uint64_t seed_ = 0;
};

/// Options of the calls below; defaults are PyTorch's.
struct Conv2dOptions {
    std::int64_t outChannels = 0, inChannels = 0, kernel = 1;
    std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
    bool bias = true;
};
struct LinearOptions {
    std::int64_t outFeatures = 0, inFeatures = 0;
    bool bias = true;
};

/// Writes a Graph a call at a time. `layer` arguments are module paths, which are also the prefixes of the weights' names: conv2d(x,
/// "stem.convolution", …) takes "stem.convolution.weight". A weight that is missing or has another shape is remembered, and finish()
/// reports it; calls after it go on harmlessly.
class GraphBuilder {
  public:
    explicit GraphBuilder(const WeightSource& source);

    ValueRef input();  ///< the picture, N × C × H × W

    ValueRef conv2d(ValueRef x, const std::string& layer, const Conv2dOptions& options);
    ValueRef linear(ValueRef x, const std::string& layer, const LinearOptions& options);
    ValueRef batchNorm(ValueRef x, const std::string& layer, std::int64_t channels, double eps = 1e-5, double momentum = 0.1);
    ValueRef layerNorm(ValueRef x, const std::string& layer, std::int64_t features, double eps = 1e-5);

    /// Any operator without weights, e.g. call("aten::relu", layer, {{"", x}}); arguments by position or name.
    ValueRef call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments, const std::string& overload = "");

    ValueRef relu(ValueRef x, const std::string& layer) { return call("aten::relu", layer, {{"", x}}); }
    ValueRef silu(ValueRef x, const std::string& layer) { return call("aten::silu", layer, {{"", x}}); }
    ValueRef add(ValueRef a, ValueRef b, const std::string& layer) { return call("aten::add", layer, {{"", a}, {"", b}}, "Tensor"); }
    ValueRef maxPool2d(ValueRef x, const std::string& layer, std::int64_t kernel);
    ValueRef flatten(ValueRef x, const std::string& layer, std::int64_t startDim = 1);
    ValueRef reshape(ValueRef x, const std::string& layer, std::vector<IntOrRef> shape);
    ValueRef transpose(ValueRef x, const std::string& layer, std::int64_t a, std::int64_t b);
    ValueRef size(ValueRef x, const std::string& layer, std::int64_t dim);  ///< scalar::size

    /// A weight by its full name; buffers with isParameter false.
    ValueRef weight(const std::string& name, const std::vector<std::int64_t>& shape, bool isParameter = true);

    /// Ends the Graph with `output` as its logits. Errors: the first missing or misshapen weight, and tensors of the file that no call
    /// asked for; each names the tensors.
    Result<Graph> finish(ValueRef output);

  private:
    enum class Initial { uniform, zeros, ones, counter };
    struct Wanted {
        std::string name;
        std::vector<std::int64_t> shape;
        Initial initial = Initial::uniform;
        double bound = 0;
        bool isParameter = true;
    };
    ValueRef weight(const Wanted& wanted);
    TensorRecord initialise(const Wanted& wanted);
    ValueRef newValue() { return {graph_.valueCount++}; }

    Graph graph_;
    WeightSource source_;
    std::unordered_map<std::string, const TensorRecord*> byName_;
    std::unordered_map<std::string, ValueId> used_;
    std::optional<Error> problem_;
    std::mt19937_64 random_;
};

}  // namespace mantissa
