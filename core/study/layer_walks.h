#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "run/executor.h"
#include "study/layers.h"
#include "study/module_tree.h"

namespace mantissa {

/// Which values of a Graph leave which module, and how long modules need them.
class ValueFlow {
  public:
    ValueFlow(const Graph& graph, const ModuleTree& tree, const Executor& executor);

    /// Whether a node makes the value; others are weights and the input.
    bool isMade(ValueId id) const { return producer_[static_cast<std::size_t>(id)] >= 0; }
    std::size_t producer(ValueId id) const { return static_cast<std::size_t>(producer_[static_cast<std::size_t>(id)]); }
    bool isInput(ValueId id) const { return id == input_; }

    /// The innermost module that all who read the value lie in: it leaves those below. −1 where it leaves the model.
    int staysIn(ValueId id) const { return staysIn_[static_cast<std::size_t>(id)]; }

    /// Values that the modules on a lane do not need after `node`.
    const std::vector<ValueId>& dead(int lane, std::size_t node) const {
        return dead_[static_cast<std::size_t>(lane)][node];
    }

  private:
    std::vector<std::ptrdiff_t> producer_;
    std::vector<int> staysIn_;
    std::vector<std::vector<std::vector<ValueId>>> dead_;
    ValueId input_ = -1;
};

/// All walks of the layers study, in step with each other.
class LayerWalks {
  public:
    struct Plan {
        Format format;
        RoundOptions rounding{};
        std::vector<LayerFormat> overrides{};
        ScaleOptions scales{};
    };

    static Result<LayerWalks> prepare(const Graph& graph, const ModuleTree& tree, const Plan& plan);

    /// Rounds the input and adds what that did to `casts`.
    Status begin(const at::Tensor& input, CastCounts& casts);

    /// A value that leaves a module, against FP32's.
    struct Compared {
        int module;
        LayerError local, cumulative;
    };
    struct Step {
        std::vector<Compared> compared;
        CastCounts casts;                 ///< of the walk that rounds everything
        MagnitudeRange magnitudes;        ///< of the FP32 results
        std::vector<std::int64_t> shape;  ///< of the last floating result; empty where there is none
    };
    /// Runs node `index` in every walk. Looks at the stop token before each.
    Result<Step> step(std::size_t index, const std::stop_token& stop);

    /// FP32's walk, the one that rounds everything, and the native one where there is one. The reference and the native
    /// one may run by themselves once the walks have ended.
    Executor& reference() { return reference_; }
    const Executor& emulated() const { return cumulative_.back(); }
    Executor* native() { return native_ ? &*native_ : nullptr; }
    const std::optional<Error>& nativeError() const { return nativeError_; }

  private:
    LayerWalks(const Graph& graph, const ModuleTree& tree, const Format& format, Executor reference);

    Status prepareNative(const Plan& plan);
    Status stepLanes(std::size_t index, const std::stop_token& stop);
    void compareValue(std::size_t index, ValueId id, Step& step) const;
    void giveUpNative(Error error);
    void dropDead(std::size_t index);
    void limitMemory();

    const Graph* graph_;
    const ModuleTree* tree_;
    Format format_;
    Executor reference_;
    ValueFlow flow_;
    std::vector<Executor> cumulative_;          // weights, activations, both
    std::vector<std::vector<Executor>> lanes_;  // by lane, likewise
    std::optional<Executor> native_;
    std::vector<Executor> nativeLanes_;
    std::optional<Error> nativeError_;
};

}  // namespace mantissa
