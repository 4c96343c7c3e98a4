#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "storage/tensor_record.h"

namespace mantissa::test {

/// A tensor as the file is to hold it.
struct OnnxTensorText {
    enum class Form { raw, typed };
    TensorRecord record;
    Form form = Form::raw;
    std::string location{};  ///< of a file that holds it; empty: inside
    std::int64_t offset = 0;
};

using OnnxAttributeValue = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, OnnxTensorText>;

struct OnnxNodeText {
    std::string op;
    std::vector<std::string> inputs, outputs;
    std::map<std::string, OnnxAttributeValue> attributes{};
    std::string name{}, domain{};
};

/// An ONNX file, written field by field with the numbers of onnx.proto.
struct OnnxFile {
    std::vector<OnnxNodeText> nodes;
    std::vector<OnnxTensorText> initialisers{};
    std::vector<std::int64_t> inputShape{-1, 3, 8, 10};  ///< −1: of any size
    std::string output = "y";
    std::int64_t opset = 17;
    std::string producer = "pytorch";

    std::string bytes() const;
};

}  // namespace mantissa::test
