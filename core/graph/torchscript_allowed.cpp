#include "graph/torchscript_allowed.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <set>
#include <string>

#include "run/operator_table.h"

namespace mantissa {
namespace {

namespace jit = torch::jit;

/// The interpreter's own instructions; torchscript_interpreter.cpp.
const std::set<std::string_view>& instructions() {
    static const std::set<std::string_view> names{"prim::Constant",
                                                  "prim::GetAttr",
                                                  "prim::SetAttr",
                                                  "prim::CallMethod",
                                                  "prim::CallFunction",
                                                  "prim::If",
                                                  "prim::Loop",
                                                  "prim::ListConstruct",
                                                  "prim::TupleConstruct",
                                                  "prim::DictConstruct",
                                                  "prim::ListUnpack",
                                                  "prim::TupleUnpack",
                                                  "prim::TupleIndex",
                                                  "prim::TupleSlice",
                                                  "prim::unchecked_cast",
                                                  "prim::Uninitialized",
                                                  "prim::unchecked_unwrap_optional",
                                                  "prim::RaiseException",
                                                  "prim::Print",
                                                  "prim::CreateObject",
                                                  "prim::Enter",
                                                  "prim::Exit",
                                                  "aten::warn",
                                                  "aten::set_grad_enabled",
                                                  "aten::is_grad_enabled",
                                                  "aten::format",
                                                  "aten::percentFormat"};
    return names;
}

class ProgramCheck {
  public:
    void visit(const jit::Graph& graph, const std::string& layer) {
        if (visited_.insert(&graph).second) visit(*graph.block(), layer);
    }

  private:
    void visit(const jit::Block& block, const std::string& layer) {
        for (const jit::Node* node : block.nodes()) {
            const std::string_view name = node->kind().toQualString();
            if (node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction)
                follow(*node, layer);
            else if (node->kind() == c10::prim::Enter || node->kind() == c10::prim::Exit)
                enter(*node, layer);
            else if (!instructions().contains(name) && !isValueOperation(name) && !isAllowedOperator(name))
                throw TorchScriptRefusal{
                    .message = "the operator " + std::string(name) + " is not one that Mantissa runs", .layer = layer};
            for (const jit::Block* inner : node->blocks()) visit(*inner, layer);
        }
    }

    void follow(const jit::Node& node, const std::string& layer) {
        if (node.kind() == c10::prim::CallFunction) {
            auto* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
            return visit(*jit::toGraphFunction(*function).graph(), layer);
        }
        visitMethod(*node.input(0)->type(), node.s(c10::attr::name), layer);
    }

    void enter(const jit::Node& node, const std::string& layer) {
        visitMethod(*node.input(0)->type(), node.kind() == c10::prim::Enter ? "__enter__" : "__exit__", layer);
    }

    /// Which method a call reaches has to show from the type: that of an interface may be anyone's.
    void visitMethod(const c10::Type& type, const std::string& name, const std::string& layer) {
        const auto* object = type.castRaw<c10::ClassType>();
        auto* method = object ? object->findMethod(name) : nullptr;
        if (!method)
            throw TorchScriptRefusal{
                .message = "the model calls " + name + " of an object that may be anything (" + type.str() + ")",
                .layer = layer};
        visit(*jit::toGraphFunction(*method).graph(), layer.empty() ? name : layer);
    }

    std::set<const jit::Graph*> visited_;
};

}  // namespace

bool isValueOperation(std::string_view name) {
    static const std::set<std::string_view> names{
        "aten::append",
        "aten::extend",
        "aten::insert",
        "aten::pop",
        "aten::clear",
        "aten::remove",
        "aten::reverse",
        "aten::copy",
        "aten::list",
        "aten::len",
        "aten::__getitem__",
        "aten::_set_item",
        "aten::Delete",
        "aten::__contains__",
        "aten::keys",
        "aten::values",
        "aten::items",
        "aten::get",
        "aten::slice",
        "aten::add",
        "aten::mul",
        "aten::eq",
        "aten::ne",
        "aten::lt",
        "aten::le",
        "aten::gt",
        "aten::ge",
        "aten::sub",
        "aten::div",
        "aten::floordiv",
        "aten::remainder",
        "aten::pow",
        "aten::neg",
        "aten::abs",
        "aten::sqrt",
        "aten::exp",
        "aten::log",
        "aten::floor",
        "aten::ceil",
        "aten::round",
        "aten::__not__",
        "aten::__and__",
        "aten::__or__",
        "aten::__xor__",
        "aten::__is__",
        "aten::__isnot__",
        "aten::__range_length",
        "aten::__derive_index",
        "aten::Int",
        "aten::Float",
        "aten::Bool",
        "aten::IntImplicit",
        "aten::FloatImplicit",
        "aten::ScalarImplicit",
        "aten::item",
        "aten::size",
        "aten::dim",
        "aten::numel",
        "aten::is_floating_point",
        "aten::tensor",
        "aten::sort",
        "aten::stride",
        "aten::is_contiguous",
        "prim::NumToTensor",
        "prim::min",
        "prim::max",
        "prim::abs",
        "prim::dtype",
        "prim::device",
        "prim::layout",
        "prim::is_cuda",
        "prim::is_mps",
        "prim::is_xpu",
        "prim::is_sparse",
        "prim::is_nested",
        "prim::is_quantized",
        "prim::is_mkldnn",
        "prim::is_meta",
        "prim::requires_grad",

    };
    return names.contains(name);
}

std::optional<TorchScriptRefusal> checkProgram(const jit::Module& module) {
    try {
        ProgramCheck().visit(*module.get_method("forward").graph(), "");
        return std::nullopt;
    } catch (TorchScriptRefusal& refusal) {
        return std::move(refusal);
    }
}

}  // namespace mantissa
