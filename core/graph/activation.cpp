#include "graph/activation.h"

#include <map>

namespace mantissa {
namespace {

const std::map<std::string, Activation>& table() {
    static const std::map<std::string, Activation> activations{
        {"elu", {"aten::elu"}},
        {"gelu", {"aten::gelu"}},
        {"gelu_pytorch_tanh", {"aten::gelu", {{"approximate", std::string("tanh")}}}},
        {"hardswish", {"aten::hardswish"}},
        {"leaky_relu", {"aten::leaky_relu"}},
        {"mish", {"aten::mish"}},
        {"relu", {"aten::relu"}},
        {"relu6", {"aten::relu6"}},
        {"sigmoid", {"aten::sigmoid"}},
        {"silu", {"aten::silu"}},
        {"swish", {"aten::silu"}},
        {"tanh", {"aten::tanh"}},
    };
    return activations;
}

}  // namespace

std::optional<Activation> findActivation(const std::string& name) {
    const auto found = table().find(name);
    return found == table().end() ? std::nullopt : std::optional(found->second);
}

Error unknownActivation(const std::string& name) {
    std::string known;
    for (const auto& [key, activation] : table()) known += (known.empty() ? "" : ", ") + key;
    return {.code = ErrorCode::unsupported,
            .message = "hidden_act “" + name + "” is not one that Mantissa builds (" + known + ")"};
}

ValueRef activate(GraphBuilder& g, ValueRef x, const std::string& layer, const Activation& activation) {
    std::vector<NamedArgument> arguments{{"", x}};
    arguments.insert(arguments.end(), activation.options.begin(), activation.options.end());
    return g.call(activation.op, layer, std::move(arguments));
}

}  // namespace mantissa
