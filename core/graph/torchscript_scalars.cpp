#include "graph/torchscript_scalars.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace mantissa {
namespace {

bool isNumber(const c10::TypePtr& type) {
    switch (type->kind()) {
        case c10::TypeKind::IntType:
        case c10::TypeKind::FloatType:
        case c10::TypeKind::BoolType:
        case c10::TypeKind::NumberType:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::optional<std::string> scalarOperation(const torch::jit::Node& node) {
    static const std::map<std::string_view, const char*> fromTensor{{"prim::NumToTensor", "scalar::to_tensor"},
                                                                    {"aten::Int", "scalar::int"},
                                                                    {"aten::IntImplicit", "scalar::int"},
                                                                    {"aten::Float", "scalar::float"},
                                                                    {"aten::FloatImplicit", "scalar::float"},
                                                                    {"aten::Bool", "scalar::bool"},
                                                                    {"aten::ScalarImplicit", "scalar::item"},
                                                                    {"aten::item", "scalar::item"},
                                                                    {"aten::dim", "scalar::dim"},
                                                                    {"aten::numel", "scalar::numel"},
                                                                    {"prim::dtype", "scalar::dtype"}};
    static const std::map<std::string_view, const char*> onNumbers{{"aten::add", "scalar::add"},
                                                                   {"aten::sub", "scalar::sub"},
                                                                   {"aten::mul", "scalar::mul"},
                                                                   {"aten::div", "scalar::truediv"},
                                                                   {"aten::floordiv", "scalar::floordiv"},
                                                                   {"aten::remainder", "scalar::mod"},
                                                                   {"aten::pow", "scalar::pow"},
                                                                   {"aten::neg", "scalar::neg"},
                                                                   {"aten::sqrt", "scalar::sqrt"},
                                                                   {"aten::ceil", "scalar::ceil"},
                                                                   {"aten::floor", "scalar::floor"},
                                                                   {"aten::eq", "scalar::eq"},
                                                                   {"aten::ne", "scalar::ne"},
                                                                   {"aten::lt", "scalar::lt"},
                                                                   {"aten::le", "scalar::le"},
                                                                   {"aten::gt", "scalar::gt"},
                                                                   {"aten::ge", "scalar::ge"},
                                                                   {"aten::__not__", "scalar::not"},
                                                                   {"aten::__and__", "scalar::and"},
                                                                   {"aten::__or__", "scalar::or"},
                                                                   {"prim::min", "scalar::min"},
                                                                   {"prim::max", "scalar::max"}};
    const std::string_view name = node.kind().toQualString();
    if (name == "aten::size" && node.inputs().size() == 2 && isNumber(node.input(1)->type())) return "scalar::size";
    if (const auto found = fromTensor.find(name); found != fromTensor.end()) return found->second;
    const auto found = onNumbers.find(name);
    if (found == onNumbers.end()) return std::nullopt;
    const bool numbers = std::all_of(node.inputs().begin(), node.inputs().end(),
                                     [](const auto* input) { return isNumber(input->type()); });
    return numbers ? std::optional<std::string>(found->second) : std::nullopt;
}

bool isFoldable(const torch::jit::Node& node) {
    static const std::set<std::string_view> names{"aten::__range_length",
                                                  "aten::__derive_index",
                                                  "aten::__contains__",
                                                  "aten::eq",
                                                  "aten::ne",
                                                  "aten::lt",
                                                  "aten::le",
                                                  "aten::gt",
                                                  "aten::ge",
                                                  "aten::log",
                                                  "aten::exp",
                                                  "aten::pow",
                                                  "aten::abs",
                                                  "prim::abs",
                                                  "prim::min",
                                                  "prim::max",
                                                  "aten::floordiv",
                                                  "aten::__xor__",
                                                  "aten::len",
                                                  "aten::Float",
                                                  "aten::Int"};
    const auto isPlain = [](const torch::jit::Value* input) {
        const auto kind = input->type()->kind();
        if (kind == c10::TypeKind::ListType)
            return isNumber(input->type()->expectRef<c10::ListType>().getElementType());
        return isNumber(input->type()) || kind == c10::TypeKind::StringType || kind == c10::TypeKind::NoneType ||
               kind == c10::TypeKind::DeviceObjType;
    };
    return node.outputs().size() == 1 && names.contains(node.kind().toQualString()) && node.maybeOperator() &&
           std::all_of(node.inputs().begin(), node.inputs().end(), isPlain);
}

c10::IValue foldValues(const torch::jit::Node& node, std::vector<c10::IValue> values) {
    // Reached only for the operations named above.
    node.getOperation()(values);
    return values.at(0);
}

std::optional<c10::IValue> foldConstants(const torch::jit::Node& node, const std::vector<Symbol>& inputs) {
    std::vector<c10::IValue> values;
    for (const auto& input : inputs) {
        if (!input.isConstant()) return std::nullopt;
        values.push_back(input.ivalue);
    }
    return foldValues(node, std::move(values));
}

}  // namespace mantissa
