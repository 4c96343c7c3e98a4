#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/builder.h"
#include "graph/graph.h"
#include "graph/onnx_model.h"
#include "graph/onnx_refusal.h"

namespace mantissa {

enum class OnnxElements { floating, integer, boolean };

/// What an ONNX value has become: a value of the Graph, a constant of the file, or a short list of whole numbers
/// (shapes and what is computed from them), each known or a number that the Graph computes.
struct OnnxValue {
    std::optional<ValueRef> tensor{};
    const TensorRecord* constant = nullptr;
    bool initialiser = false;  ///< the constant is one of the file's weights
    std::optional<std::vector<IntOrRef>> integers{};
    OnnxElements elements = OnnxElements::floating;
    std::optional<std::int64_t> rank{};
};

/// The node that is being lowered, and the Graph so far. What does not work out throws OnnxRefusal.
class OnnxContext {
  public:
    OnnxContext(const OnnxModel& model, GraphBuilder& g, ValueRef input);

    /// Names a value before any node.
    void define(const std::string& name, OnnxValue value);
    const OnnxValue* find(const std::string& name) const;
    ValueRef materialise(const std::string& name);

    void enter(const OnnxNode& node);
    const OnnxNode& node() const { return *node_; }
    const std::string& layer() const { return layer_; }
    std::int64_t opset() const { return model_.opset; }
    GraphBuilder& graph() { return g_; }
    ValueRef pictures() const { return input_; }  ///< the Graph's input, which has the model's floating type

    // Inputs of the node
    std::size_t inputCount() const { return node_->inputs.size(); }
    bool has(std::size_t input) const;
    const OnnxValue& value(std::size_t input) const;
    std::optional<std::int64_t> rank(std::size_t input) const { return value(input).rank; }
    OnnxElements elements(std::size_t input) const { return value(input).elements; }
    /// As a tensor of the Graph. `role` names a constant after the layer, "weight" or "bias"; empty keeps its own name.
    ValueRef tensor(std::size_t input, const std::string& role = "", bool isParameter = true);
    /// A tensor, or a floating constant of one element as a number, which takes no part in type promotion.
    Argument operand(std::size_t input);
    /// A constant of one element.
    std::optional<double> number(std::size_t input) const;
    bool isIntegers(std::size_t input) const { return has(input) && value(input).integers.has_value(); }
    std::vector<IntOrRef> integers(std::size_t input) const;
    std::vector<std::int64_t> constantIntegers(std::size_t input) const;
    /// A dimension counted from the front; from the back only where the rank is not known.
    std::int64_t axis(std::int64_t axis, std::size_t input) const;

    // Attributes
    const OnnxAttribute* attribute(std::string_view name) const;
    std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
    double real(std::string_view name, double otherwise) const;
    std::string text(std::string_view name, const std::string& otherwise) const;
    std::vector<std::int64_t> list(std::string_view name, std::vector<std::int64_t> otherwise = {}) const;

    // Calls and results
    ValueRef call(const std::string& op, std::vector<NamedArgument> arguments, const std::string& overload = "");
    /// A number computed from two, folded where both are known.
    IntOrRef scalar(const std::string& op, const IntOrRef& a, const IntOrRef& b);
    ValueRef integerTensor(const std::vector<std::int64_t>& values, const std::vector<std::int64_t>& shape);

    struct As {
        std::optional<std::int64_t> rank{};
        OnnxElements elements = OnnxElements::floating;
    };
    void result(ValueRef value, const As& as, std::size_t output = 0);
    void resultLike(ValueRef value, std::size_t input) { result(value, {rank(input), elements(input)}); }
    void result(std::vector<IntOrRef> integers, std::int64_t rank, OnnxElements elements = OnnxElements::integer);
    void result(TensorRecord constant);
    void pass(std::size_t input);

    [[noreturn]] void refuse(const std::string& what) const;

  private:
    std::string layerOf(const OnnxNode& node) const;
    std::string weightName(const std::string& own, const std::string& role);
    ValueRef stacked(const OnnxValue& value);

    const OnnxModel& model_;
    GraphBuilder& g_;
    ValueRef input_;
    const OnnxNode* node_ = nullptr;
    std::string layer_;
    std::map<std::string, OnnxValue> values_;
    std::map<const TensorRecord*, ValueRef> placed_;   // constants that are weights of the Graph
    std::map<std::string, int> weightNames_;           // how often each was given
    std::vector<std::unique_ptr<TensorRecord>> made_;  // constants that nodes hold or make
};

using OnnxHandler = void (*)(OnnxContext&);
/// Handlers by operator. Each file of operators adds its own.
using OnnxOperators = std::map<std::string_view, OnnxHandler>;

void addOnnxArithmetic(OnnxOperators& operators);
void addOnnxActivations(OnnxOperators& operators);
void addOnnxReductions(OnnxOperators& operators);
void addOnnxShapes(OnnxOperators& operators);
void addOnnxIndexing(OnnxOperators& operators);
void addOnnxConvolutions(OnnxOperators& operators);
void addOnnxNormalization(OnnxOperators& operators);
void addOnnxResizing(OnnxOperators& operators);

/// An attribute of whole numbers as an argument.
std::vector<IntOrRef> onnxInts(const std::vector<std::int64_t>& values);

}  // namespace mantissa
