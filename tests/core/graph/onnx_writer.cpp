#include "core/graph/onnx_writer.h"

#include <cstring>
#include <protozero/pbf_writer.hpp>
#include <stdexcept>

namespace mantissa::test {
namespace {

using protozero::pbf_writer;

std::int32_t elementType(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return 1;
        case DType::i64:
            return 7;
        case DType::boolean:
            return 9;
        case DType::f16:
            return 10;
        case DType::f64:
            return 11;
        case DType::bf16:
            return 16;
        default:
            throw std::invalid_argument("these tests do not use this type");
    }
}

template <class T>
std::vector<T> valuesOf(const TensorRecord& record) {
    std::vector<T> values(record.bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), record.bytes.data(), record.bytes.size());
    return values;
}

void writeTyped(pbf_writer& message, const TensorRecord& record) {
    if (record.dtype == DType::f32) {
        const auto values = valuesOf<float>(record);
        message.add_packed_float(4, values.begin(), values.end());
    } else if (record.dtype == DType::f16 || record.dtype == DType::bf16) {
        const auto values = valuesOf<std::uint16_t>(record);
        message.add_packed_int32(5, values.begin(), values.end());
    } else if (record.dtype == DType::i64) {
        const auto values = valuesOf<std::int64_t>(record);
        message.add_packed_int64(7, values.begin(), values.end());
    } else if (record.dtype == DType::f64) {
        const auto values = valuesOf<double>(record);
        message.add_packed_double(10, values.begin(), values.end());
    } else {
        throw std::invalid_argument("these tests do not write this type");
    }
}

void writeEntry(pbf_writer message, const std::string& key, const std::string& value) {
    message.add_string(1, key);
    message.add_string(2, value);
}

void writeTensor(pbf_writer message, const OnnxTensorText& tensor) {
    const TensorRecord& record = tensor.record;
    for (const std::int64_t size : record.shape) message.add_int64(1, size);
    message.add_int32(2, elementType(record.dtype));
    message.add_string(8, record.name);
    if (!tensor.location.empty()) {
        writeEntry(pbf_writer(message, 13), "location", tensor.location);
        writeEntry(pbf_writer(message, 13), "offset", std::to_string(tensor.offset));
        message.add_int32(14, 1);
    } else if (tensor.form == OnnxTensorText::Form::raw) {
        message.add_bytes(9, reinterpret_cast<const char*>(record.bytes.data()), record.bytes.size());
    } else {
        writeTyped(message, record);
    }
}

void writeAttribute(pbf_writer message, const std::string& name, const OnnxAttributeValue& value) {
    message.add_string(1, name);
    if (const auto* f = std::get_if<float>(&value)) {
        message.add_float(2, *f);
        message.add_int32(20, 1);
    } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
        message.add_int64(3, *i);
        message.add_int32(20, 2);
    } else if (const auto* s = std::get_if<std::string>(&value)) {
        message.add_string(4, *s);
        message.add_int32(20, 3);
    } else if (const auto* t = std::get_if<OnnxTensorText>(&value)) {
        writeTensor(pbf_writer(message, 5), *t);
        message.add_int32(20, 4);
    } else {
        const auto& ints = std::get<std::vector<std::int64_t>>(value);
        message.add_packed_int64(8, ints.begin(), ints.end());
        message.add_int32(20, 7);
    }
}

void writeNode(pbf_writer message, const OnnxNodeText& node) {
    for (const auto& input : node.inputs) message.add_string(1, input);
    for (const auto& output : node.outputs) message.add_string(2, output);
    if (!node.name.empty()) message.add_string(3, node.name);
    message.add_string(4, node.op);
    for (const auto& [name, value] : node.attributes) writeAttribute(pbf_writer(message, 5), name, value);
    if (!node.domain.empty()) message.add_string(7, node.domain);
}

void writeValueInfo(pbf_writer message, const std::string& name, const std::vector<std::int64_t>& shape) {
    message.add_string(1, name);
    pbf_writer type(message, 2);
    pbf_writer tensor(type, 1);
    tensor.add_int32(1, 1);
    if (shape.empty()) return;
    pbf_writer sizes(tensor, 2);
    for (const std::int64_t size : shape) {
        pbf_writer dimension(sizes, 1);
        if (size >= 0)
            dimension.add_int64(1, size);
        else
            dimension.add_string(2, "any");
    }
}

}  // namespace

std::string OnnxFile::bytes() const {
    std::string buffer;
    pbf_writer model(buffer);
    model.add_int64(1, 8);
    model.add_string(2, producer);
    {
        pbf_writer graph(model, 7);
        for (const auto& node : nodes) writeNode(pbf_writer(graph, 1), node);
        graph.add_string(2, "test");
        for (const auto& tensor : initialisers) writeTensor(pbf_writer(graph, 5), tensor);
        writeValueInfo(pbf_writer(graph, 11), "x", inputShape);
        writeValueInfo(pbf_writer(graph, 12), output, {});
    }
    pbf_writer opsets(model, 8);
    opsets.add_string(1, "");
    opsets.add_int64(2, opset);
    return buffer;
}

}  // namespace mantissa::test
