#include "report/models_json.h"

#include "report/json_number.h"

namespace mantissa {

std::string modelsJson(std::span<const ListedModel> models) {
    OrderedJson json{{"schema", "mantissa.models/1"}, {"models", OrderedJson::array()}};
    for (const ListedModel& model : models) {
        OrderedJson one{{"name", model.name},
                        {"source", model.source == ModelSource::bundled ? "bundled" : "hub-cache"},
                        {"path", model.path.string()}};
        if (model.source == ModelSource::hubCache) {
            one["commit"] = model.commit;
            one["refs"] = model.refs;
        }
        one["architecture"] = model.architecture.empty() ? OrderedJson(nullptr) : OrderedJson(model.architecture);
        one["parameters"] = model.parameters ? OrderedJson(*model.parameters) : OrderedJson(nullptr);
        one["bytes"] = model.bytes;
        one["runs"] = !model.problem.has_value();
        if (model.problem) one["problem"] = model.problem->text();
        json["models"].push_back(std::move(one));
    }
    // Paths come from the file system and need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace mantissa
