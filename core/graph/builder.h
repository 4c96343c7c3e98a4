#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// Where a builder's weights come from: a file's state dict, fresh values for training, or nowhere.
class WeightSource {
  public:
    /// Tensors of a checkpoint. It must outlive the builder, not the Graph: records keep their bytes alive themselves.
    static WeightSource fromCheckpoint(const Checkpoint& checkpoint);
    /// Fresh values, seeded: PyTorch's defaults, uniform ±1/√fan-in for convolutions and linear layers, 1 and 0 for
    /// normalisation.
    static WeightSource initialised(std::uint64_t seed);
    /// Names, types and shapes alone, for counting: takes no memory, and the Graph cannot run.
    static WeightSource described();

  private:
    friend class GraphBuilder;
    enum class Kind { checkpoint, initialised, described };

    Kind kind_ = Kind::described;
    const Checkpoint* checkpoint_ = nullptr;  // Kind::checkpoint
    std::uint64_t seed_ = 0;                  // Kind::initialised
};

/// Options of the calls below; defaults are PyTorch's.
struct Conv2dOptions {
    std::int64_t outChannels = 0, inChannels = 0, kernel = 1;
    std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
    bool bias = true;
};
struct MaxPool2dOptions {
    std::int64_t kernel = 2, stride = 2, padding = 0;
    bool ceilMode = false;
};
/// Padding under which a convolution or pooling gives ⌈size / stride⌉ whatever its kernel (TensorFlow's and ONNX's
/// "SAME").
struct SamePadding {
    struct Window {
        std::int64_t kernel = 1, stride = 1, dilation = 1;
    };
    enum class Odd { last, first };  ///< the side that gets one more where it does not come out even

    std::vector<Window> windows;  ///< of the last dimensions, in their order
    Odd odd = Odd::last;
    double value = 0;
};
struct LinearOptions {
    std::int64_t outFeatures = 0, inFeatures = 0;
    bool bias = true;
};

/// Writes a Graph a call at a time. `layer` arguments are module paths, which are also the prefixes of the weights'
/// names: conv2d(x, "stem.convolution", …) takes "stem.convolution.weight". A weight that is missing, has another shape
/// or is no floating tensor is remembered, and finish() reports it; calls after it go on harmlessly. A file may lack
/// `num_batches_tracked`, as those of PyTorch before 0.4.1 do: the counter is then 0, as PyTorch makes it.
class GraphBuilder {
  public:
    explicit GraphBuilder(const WeightSource& source);

    ValueRef input();  ///< the picture, N × C × H × W

    ValueRef conv2d(ValueRef x, const std::string& layer, const Conv2dOptions& options);
    ValueRef linear(ValueRef x, const std::string& layer, const LinearOptions& options);
    ValueRef batchNorm(ValueRef x, const std::string& layer, std::int64_t channels, double eps = 1e-5,
                       double momentum = 0.1);
    ValueRef layerNorm(ValueRef x, const std::string& layer, std::int64_t features, double eps = 1e-5);

    /// Any operator without weights, e.g. call("aten::relu", layer, {{"", x}}); arguments by position or name.
    ValueRef call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments,
                  const std::string& overload = "");

    /// An operator that gives a list of `count` tensors.
    std::vector<ValueRef> callList(const std::string& op, const std::string& layer,
                                   std::vector<NamedArgument> arguments, std::size_t count,
                                   const std::string& overload = "");

    ValueRef relu(ValueRef x, const std::string& layer) { return call("aten::relu", layer, {{"", x}}); }
    ValueRef silu(ValueRef x, const std::string& layer) { return call("aten::silu", layer, {{"", x}}); }
    ValueRef add(ValueRef a, ValueRef b, const std::string& layer) {
        return call("aten::add", layer, {{"", a}, {"", b}}, "Tensor");
    }
    ValueRef relu6(ValueRef x, const std::string& layer) { return call("aten::relu6", layer, {{"", x}}); }
    ValueRef maxPool2d(ValueRef x, const std::string& layer, const MaxPool2dOptions& options);
    /// N × C × H × W → N × C × 1 × 1, the mean over height and width.
    ValueRef globalAvgPool2d(ValueRef x, const std::string& layer);
    /// The identity at inference; the trainer switches it on.
    ValueRef dropout(ValueRef x, const std::string& layer, double p);
    ValueRef padSame(ValueRef x, const std::string& layer, const SamePadding& padding);
    ValueRef flatten(ValueRef x, const std::string& layer, std::int64_t startDim = 1);
    ValueRef reshape(ValueRef x, const std::string& layer, std::vector<IntOrRef> shape);
    ValueRef transpose(ValueRef x, const std::string& layer, std::int64_t a, std::int64_t b);
    ValueRef size(ValueRef x, const std::string& layer, std::int64_t dim);  ///< scalar::size

    /// A weight by its full name; buffers with isParameter false.
    ValueRef weight(const std::string& name, const std::vector<std::int64_t>& shape, bool isParameter = true);

    /// A tensor that the caller has at hand already; `weight.value` is set here.
    ValueRef addWeight(Weight weight);

    /// Tensors whose names begin so may be in the file without a call that asks for them.
    void ignoreUnused(const std::string& prefix) { ignored_.push_back(prefix); }

    /// Ends the Graph with `output` as its logits. Errors: tensors that the file lacks, tensors of it that no call
    /// asked for, and the first that has another shape or type; each names the tensors. Fresh weights of more than 8
    /// GiB.
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
    TensorRecord fresh(const Wanted& wanted);
    TensorRecord fromFile(const Wanted& wanted);
    void fillIn(TensorRecord& record, const Wanted& wanted);
    void fail(ErrorCode code, const std::string& tensor, std::string message);
    std::vector<std::string> unusedTensors() const;
    ValueRef newValue() { return {graph_.valueCount++}; }

    Graph graph_;
    WeightSource source_;
    std::unordered_map<std::string, const TensorRecord*> byName_;
    std::unordered_map<std::string, ValueId> used_;
    std::vector<std::string> missing_;  // with their shapes
    std::vector<std::string> ignored_;
    std::optional<Error> problem_;
    std::int64_t freshBytes_ = 0;
    std::mt19937_64 random_;
};

}  // namespace mantissa
