#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "storage/tensor_record.h"

namespace mantissa {

/// A value of the Graph: a tensor, a number or a list of tensors. An index below Graph::valueCount.
using ValueId = std::int32_t;

struct None {
    bool operator==(const None&) const = default;
};
struct ValueRef {
    ValueId id = -1;
    bool operator==(const ValueRef&) const = default;
};
/// An integer that may only be known at run time (a symbolic size).
using IntOrRef = std::variant<std::int64_t, ValueRef>;

/// c10's memory formats and layout, by name, so that no file's own numbering leaks in.
enum class MemoryFormat { contiguous, preserve, channelsLast };
enum class DeviceArgument { cpu };
enum class LayoutArgument { strided };

/// One argument of a call. Lists of references stand for Tensor[] and Tensor?[] (id −1 is None).
using Argument = std::variant<None, ValueRef, bool, std::int64_t, double, std::string, DType, MemoryFormat, DeviceArgument,
                              LayoutArgument, std::vector<IntOrRef>, std::vector<double>, std::vector<bool>, std::vector<ValueRef>>;

/// A program that is no list of calls, because what it computes depends on its data; run/opaque_program.h.
class OpaqueProgram;

struct NamedArgument {
    std::string name;  ///< as in the operator's schema
    Argument value;
};

/// One call. `op` is an ATen schema name ("aten::conv2d") with its overload (""), or one of the executor's scalar operations
/// ("scalar::add", "scalar::floordiv", "scalar::size", …; see run/scalar_ops.h). Arguments left out take the schema's defaults.
/// "graph::program" runs `program` on its arguments, all of them tensors.
struct Node {
    std::string op;
    std::string overload;
    std::vector<NamedArgument> arguments;
    std::vector<ValueId> outputs;  ///< one a returned value; for an operator that returns Tensor[]: one an element, `listOutput` set
    bool listOutput = false;
    std::string layer{};  ///< module path, "mobilevit.encoder.layer.1.conv"; what people call a layer
    std::shared_ptr<const OpaqueProgram> program{};
};

/// A parameter or buffer. Its bytes stay in the file until a plan needs them.
struct Weight {
    TensorRecord tensor;      ///< tensor.name is the name in the state dict
    ValueId value = -1;
    bool isParameter = true;  ///< false: buffer (BatchNorm statistics, counters, constants)
    bool persistent = true;   ///< false: constants and buffers that no state dict holds; not counted in sizes
    bool castable = true;     ///< false: a constant of the program text, which keeps its type when the model is cast
};

/// A network as a flat list of ATen calls, in execution order. Immutable once built.
struct Graph {
    std::vector<Node> nodes;
    std::vector<Weight> weights;
    std::vector<ValueId> inputs;   ///< one: the picture, NCHW
    std::vector<ValueId> outputs;  ///< one: the logits, N × classes
    ValueId valueCount = 0;
};

}  // namespace mantissa
