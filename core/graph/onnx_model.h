#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "result.h"
#include "storage/tensor_record.h"

namespace mantissa {

/// An attribute of a node; the field that `type` says is set.
struct OnnxAttribute {
    /// As AttributeProto.AttributeType numbers them; what is not listed is kept as a number alone.
    enum Type : std::int64_t {
        undefined = 0,
        number = 1,
        integer = 2,
        text = 3,
        tensor = 4,
        numbers = 6,
        integers = 7
    };

    std::string name;
    std::int64_t type = undefined;
    double f = 0;
    std::int64_t i = 0;
    std::string s;
    std::optional<TensorRecord> t;
    std::vector<double> floats;
    std::vector<std::int64_t> ints;
};

/// One operator. An empty name among the inputs is an optional input that is left out.
struct OnnxNode {
    std::string name;
    std::string op;      ///< "Conv"
    std::string domain;  ///< empty for ONNX's own operators
    std::string scope;   ///< module path that PyTorch's exporter keeps in the node's metadata; else empty
    std::vector<std::string> inputs, outputs;
    std::vector<OnnxAttribute> attributes;
};

/// An input or output of the graph: its element type as TensorProto.DataType numbers it, and its sizes, −1 where only
/// the run tells.
struct OnnxValueInfo {
    std::string name;
    std::int64_t elementType = 0;
    std::vector<std::int64_t> shape;
    bool hasShape = false;
};

/// An ONNX file, parsed: the main graph with its initialisers, in the file's order.
struct OnnxModel {
    std::string producer;    ///< "pytorch"
    std::string name;        ///< of the graph: "main_graph", "resnet50"
    std::int64_t opset = 0;  ///< of ONNX's own operators; 0 where the file does not say
    std::map<std::string, std::string> metadata;
    std::vector<OnnxNode> nodes;
    std::vector<TensorRecord> initialisers;
    std::vector<OnnxValueInfo> inputs, outputs;
};

/// Parses a file by the field numbers of onnx.proto (ONNX 1.16, IR version 10). Tensors stay in `file`, which `owner`
/// keeps alive, where they are stored raw and aligned, and are copied where not; tensors stored outside are read from
/// files in the model's own folder or below it and nowhere else. Nothing is allocated that a size field merely claims.
/// Errors name the file and the part.
Result<OnnxModel> parseOnnx(const std::filesystem::path& path, std::span<const std::byte> file,
                            std::shared_ptr<const void> owner);

}  // namespace mantissa
