#include "study/model_list.h"

#include <algorithm>
#include <set>

#include "bundled.h"
#include "graph/folder_config.h"
#include "graph/hugging_face.h"
#include "storage/hub_cache.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

/// Files of a folder: bytes, links that lead to one blob counted once, and a link that leads nowhere.
struct FolderFiles {
    std::int64_t bytes = 0;
    std::string missing;
};

FolderFiles filesOf(const fs::path& folder) {
    FolderFiles files;
    std::set<fs::path> seen;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (it->is_directory(ignored)) continue;
        const auto size = it->file_size(ignored);
        if (ignored) {
            if (files.missing.empty()) files.missing = it->path().lexically_relative(folder).string();
            continue;
        }
        if (seen.insert(fs::weakly_canonical(it->path(), ignored)).second)
            files.bytes += static_cast<std::int64_t>(size);
    }
    return files;
}

/// Fills in what the folder itself says.
void describe(ListedModel& model) {
    const FolderFiles files = filesOf(model.path);
    model.bytes = files.bytes;
    std::error_code ignored;
    if (fs::exists(model.path / "config.json", ignored)) {
        if (const auto config = readFolderConfig(model.path / "config.json"))
            model.architecture = config->architecture.empty() ? config->modelType : config->architecture;
    } else if (files.missing.empty()) {
        model.problem = Error{.code = ErrorCode::unsupported,
                              .message = "has no config.json, so its architecture is not known",
                              .where = model.path.string()};
        return;
    }
    auto opened = describeHuggingFaceFolder(model.path);
    if (opened)
        model.parameters = (*opened)->parameterCount();
    else if (files.missing.empty())
        model.problem = std::move(opened).error();
    else
        model.problem = Error{.code = ErrorCode::unreadable,
                              .message = "is not complete: the file that " + files.missing +
                                         " leads to is missing; download the model again",
                              .where = model.path.string()};
}

std::vector<ListedModel> modelsAtHand() {
    std::vector<ListedModel> models;
    for (const auto& folder : bundledModels()) {
        ListedModel model;
        model.name = folder.filename().string();
        model.path = folder;
        models.push_back(std::move(model));
    }
    for (auto& snapshot : cachedModels(hubCacheFolder())) {
        ListedModel model;
        model.name = std::move(snapshot.repository);
        model.source = ModelSource::hubCache;
        model.commit = std::move(snapshot.commit);
        model.refs = std::move(snapshot.refs);
        model.path = std::move(snapshot.folder);
        models.push_back(std::move(model));
    }
    return models;
}

}  // namespace

Result<std::vector<ListedModel>> listModels(std::stop_token stop, const Progress& progress) {
    auto models = modelsAtHand();
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "interrupted"};
        if (progress)
            progress({.stage = models[i].name,
                      .done = static_cast<std::int64_t>(i),
                      .total = static_cast<std::int64_t>(models.size())});
        describe(models[i]);
    }
    return models;
}

std::optional<fs::path> modelNamed(const std::string& name) {
    const auto at = name.rfind('@');
    const std::string repository = name.substr(0, at);
    const std::string revision = at == std::string::npos ? "" : name.substr(at + 1);
    std::vector<ListedModel> named = modelsAtHand();
    std::erase_if(named, [&](const ListedModel& model) { return model.name != repository; });
    const auto has = [](const ListedModel& model, const std::string& ref) {
        return std::find(model.refs.begin(), model.refs.end(), ref) != model.refs.end();
    };
    for (const ListedModel& model : named) {
        const bool asked = revision.empty()
                               ? model.source == ModelSource::bundled || has(model, "main") || named.size() == 1
                               : has(model, revision) || model.commit == revision;
        if (asked) return model.path;
    }
    if (revision.size() < 4) return std::nullopt;  // shorter ones are no commit that anybody means
    std::erase_if(named, [&](const ListedModel& model) { return !model.commit.starts_with(revision); });
    if (named.size() != 1) return std::nullopt;
    return named.front().path;
}

}  // namespace mantissa
