#include "report/inspect_json.h"

#include "report/csv.h"
#include "report/json_number.h"
#include "storage/shape_text.h"

namespace mantissa {
namespace {

OrderedJson heldJson(const std::optional<HeldValue>& value) {
    if (!value) return nullptr;
    return std::visit([](auto number) -> OrderedJson { return number; }, value->number());
}

void addValues(OrderedJson& json, const ValueSummary& values) {
    json["min"] = heldJson(values.min);
    json["max"] = heldJson(values.max);
    json["mean"] = orNull(values.mean);
    json["nan"] = values.nans;
    json["inf"] = values.infinities;
}

void addCasts(OrderedJson& json, const std::vector<Format>& formats, const std::vector<CastLoss>& casts) {
    if (formats.empty()) return;
    OrderedJson& all = json["casts"] = OrderedJson::object();
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (i >= casts.size()) {
            all[formats[i].name] = nullptr;
            continue;
        }
        const CastLoss& loss = casts[i];
        all[formats[i].name] = {{"overflow", loss.overflows},
                                {"underflow", loss.underflows},
                                {"max_abs", jsonNumber(loss.maxAbs)},
                                {"sqnr_db", orNull(loss.sqnrDb)}};
    }
}

void number(CsvWriter& csv, const std::optional<double>& value) {
    if (value)
        csv.number(*value);
    else
        csv.empty(1);
}

void held(CsvWriter& csv, const std::optional<HeldValue>& value) {
    if (!value)
        csv.empty(1);
    else if (const auto* floating = std::get_if<double>(&value->number()))
        csv.number(*floating);
    else
        csv.text(std::visit([](auto number) { return std::to_string(number); }, value->number()));
}

}  // namespace

std::string inspectJson(const CheckpointReport& report) {
    OrderedJson json{{"schema", "mantissa.inspect/1"}, {"path", report.path.string()}, {"form", report.form}};
    if (!report.scaling.empty()) json["scaling"] = report.scaling;
    if (!report.unread.empty()) json["unread"] = report.unread;
    json["tensors"] = OrderedJson::array();
    for (const TensorSummary& tensor : report.tensors) {
        OrderedJson one{{"name", tensor.name},
                        {"dtype", dtypeName(tensor.dtype)},
                        {"shape", tensor.shape},
                        {"bytes", tensor.bytes}};
        addValues(one, tensor.values);
        addCasts(one, report.formats, tensor.casts);
        json["tensors"].push_back(std::move(one));
    }
    OrderedJson total{{"tensors", report.tensors.size()}, {"values", report.values.count}, {"bytes", report.bytes}};
    addValues(total, report.values);
    addCasts(total, report.formats, report.casts);
    json["total"] = std::move(total);
    // Paths come from the file system and need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string inspectCsv(const CheckpointReport& report) {
    std::vector<std::string> header{"name", "dtype", "shape", "bytes", "min", "max", "mean", "nan", "inf"};
    for (const Format& format : report.formats)
        for (const char* what : {"overflow", "underflow", "max_abs", "sqnr_db"})
            header.push_back(format.name + "_" + what);
    CsvWriter csv(header);
    for (const TensorSummary& tensor : report.tensors) {
        csv.text(tensor.name).text(dtypeName(tensor.dtype)).text(shapeText(tensor.shape)).integer(tensor.bytes);
        held(csv, tensor.values.min);
        held(csv, tensor.values.max);
        number(csv, tensor.values.mean);
        csv.integer(tensor.values.nans).integer(tensor.values.infinities);
        for (const CastLoss& loss : tensor.casts) {
            csv.integer(loss.overflows).integer(loss.underflows).number(loss.maxAbs);
            number(csv, loss.sqnrDb);
        }
        if (tensor.casts.empty()) csv.empty(4 * static_cast<int>(report.formats.size()));
        csv.endRow();
    }
    return csv.text();
}

}  // namespace mantissa
