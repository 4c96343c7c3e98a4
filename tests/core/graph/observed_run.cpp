#include "core/graph/observed_run.h"

#include <algorithm>
#include <stdexcept>

namespace mantissa::test {
namespace {

class Recorder : public ExecutionObserver {
  public:
    explicit Recorder(std::vector<Step>& steps) : steps_(steps) {}
    void afterNode(std::size_t, const Node& node, const std::vector<at::Tensor>& outputs, std::int64_t) override {
        if (!outputs.empty()) steps_.push_back({node.op, node.layer, outputs.front().clone()});
    }

  private:
    std::vector<Step>& steps_;
};

template <class Steps>
at::Tensor find(Steps begin, Steps end, const std::string& layer, const std::string& op) {
    const auto found =
        std::find_if(begin, end, [&](const Step& s) { return s.layer == layer && (op.empty() || s.op == op); });
    if (found == end) throw std::runtime_error("no " + op + " in layer " + layer);
    return found->output;
}

}  // namespace

at::Tensor ObservedRun::last(const std::string& layer, const std::string& op) const {
    return find(steps.rbegin(), steps.rend(), layer, op);
}

at::Tensor ObservedRun::first(const std::string& layer, const std::string& op) const {
    return find(steps.begin(), steps.end(), layer, op);
}

ObservedRun observe(const Graph& graph, const at::Tensor& input, const std::string& formatName) {
    ObservedRun run;
    Recorder recorder(run.steps);
    auto executor = Executor::prepare(graph, {.format = format(formatName)});
    if (!executor) throw std::runtime_error(executor.error().text());
    auto logits = executor->run(input, {.observer = &recorder});
    if (!logits) throw std::runtime_error(logits.error().text());
    run.logits = *std::move(logits);
    return run;
}

}  // namespace mantissa::test
