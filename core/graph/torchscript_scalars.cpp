#include "graph/torchscript_scalars.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace mantissa {
namespace {

bool isNumber(const c10::TypePtr& type) {
    switch (type->kind()) {
        case c10::TypeKind::IntType:
        case c10::TypeKind::FloatType:
        case c10::TypeKind::BoolType:
        case c10::TypeKind::NumberType: return true;
        default: return false;
    }
}

}  // namespace

std::optional<std::string> scalarOperation(const torch::jit::Node& node) {
    static const std::map<std::string_view, const char*> fromTensor{
        {"prim::NumToTensor", "scalar::to_tensor"}, {"aten::Int", "scalar::int"},           {"aten::IntImplicit", "scalar::int"},
        {"aten::Float", "scalar::float"},           {"aten::FloatImplicit", "scalar::float"}, {"aten::Bool", "scalar::bool"},
        {"aten::ScalarImplicit", "scalar::item"},   {"aten::item", "scalar::item"},         {"aten::dim", "scalar::dim"},
        {"aten::numel", "scalar::numel"}};
    static const std::map<std::string_view, const char*> onNumbers{
        {"aten::add", "scalar::add"},       {"aten::sub", "scalar::sub"},         {"aten::mul", "scalar::mul"},
        {"aten::div", "scalar::truediv"},   {"aten::floordiv", "scalar::floordiv"}, {"aten::remainder", "scalar::mod"},
        {"aten::pow", "scalar::pow"},       {"aten::neg", "scalar::neg"},         {"aten::sqrt", "scalar::sqrt"},
        {"aten::ceil", "scalar::ceil"},     {"aten::floor", "scalar::floor"},     {"aten::eq", "scalar::eq"},
        {"aten::ne", "scalar::ne"},         {"aten::lt", "scalar::lt"},           {"aten::le", "scalar::le"},
        {"aten::gt", "scalar::gt"},         {"aten::ge", "scalar::ge"},           {"aten::__not__", "scalar::not"},
        {"aten::__and__", "scalar::and"},   {"aten::__or__", "scalar::or"},       {"prim::min", "scalar::min"},
        {"prim::max", "scalar::max"}};
    const std::string_view name = node.kind().toQualString();
    if (name == "aten::size" && node.inputs().size() == 2 && isNumber(node.input(1)->type())) return "scalar::size";
    if (const auto found = fromTensor.find(name); found != fromTensor.end()) return found->second;
    const auto found = onNumbers.find(name);
    if (found == onNumbers.end()) return std::nullopt;
    const bool numbers = std::all_of(node.inputs().begin(), node.inputs().end(), [](const auto* input) { return isNumber(input->type()); });
    return numbers ? std::optional<std::string>(found->second) : std::nullopt;
}

std::optional<c10::IValue> foldScalar(const torch::jit::Node& node, const std::vector<Symbol>& inputs) {
    torch::jit::Stack stack;
    for (const auto& input : inputs) {
        if (input.kind != Symbol::Kind::constant) return std::nullopt;
        stack.push_back(input.ivalue);
    }
    // Reached only for the operations named above, which compute a number from numbers and nothing else.
    node.getOperation()(stack);
    return stack.at(0);
}

}  // namespace mantissa
