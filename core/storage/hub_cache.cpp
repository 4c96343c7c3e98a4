#include "storage/hub_cache.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <tuple>

namespace mantissa {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "models--";

/// A variable that is set to something; ~ is expanded as huggingface_hub does.
fs::path folderFrom(const char* variable) {
    const char* value = std::getenv(variable);
    if (!value || *value == '\0') return {};
    const std::string text = value;
    const char* home = std::getenv("HOME");
    if (home && (text == "~" || text.starts_with("~/"))) return fs::path(home + text.substr(1));
    return text;
}

/// "models--apple--mobilevit-small" → "apple/mobilevit-small".
std::string repositoryFrom(const std::string& folder) {
    std::string name = folder.substr(kPrefix.size());
    for (std::size_t at; (at = name.find("--")) != std::string::npos;) name.replace(at, 2, "/");
    return name;
}

/// What stands in a folder; nothing where it cannot be read.
std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        entries.push_back(it->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// refs/main and refs/refs/pr/3 are files that hold a commit.
std::multimap<std::string, std::string> refsByCommit(const fs::path& repository) {
    std::multimap<std::string, std::string> refs;
    const fs::path root = repository / "refs";
    std::error_code error;
    for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (!it->is_regular_file(ignored)) continue;
        std::string commit;
        std::ifstream(it->path()) >> commit;
        refs.emplace(commit, it->path().lexically_relative(root).generic_string());
    }
    return refs;
}

}  // namespace

fs::path hubCacheFolder() {
    for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (auto folder = folderFrom(variable); !folder.empty()) return folder;
    if (const auto home = folderFrom("HF_HOME"); !home.empty()) return home / "hub";
    if (const auto cache = folderFrom("XDG_CACHE_HOME"); !cache.empty()) return cache / "huggingface" / "hub";
    return folderFrom("HOME") / ".cache" / "huggingface" / "hub";
}

std::vector<CachedSnapshot> cachedModels(const fs::path& cache) {
    std::vector<CachedSnapshot> models;
    for (const fs::path& repository : entriesOf(cache)) {
        const std::string name = repository.filename().string();
        if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) continue;
        const auto refs = refsByCommit(repository);
        for (const fs::path& folder : entriesOf(repository / "snapshots")) {
            std::error_code ignored;
            if (!fs::is_directory(folder, ignored)) continue;
            CachedSnapshot snapshot{
                .repository = repositoryFrom(name), .commit = folder.filename().string(), .refs = {}, .folder = folder};
            const auto [first, last] = refs.equal_range(snapshot.commit);
            for (auto it = first; it != last; ++it) snapshot.refs.push_back(it->second);
            std::sort(snapshot.refs.begin(), snapshot.refs.end());
            models.push_back(std::move(snapshot));
        }
    }
    const auto order = [](const CachedSnapshot& s) {
        const bool main = std::find(s.refs.begin(), s.refs.end(), "main") != s.refs.end();
        return std::tuple(s.repository, !main, s.refs.empty(), s.commit);
    };
    std::sort(models.begin(), models.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
    return models;
}

}  // namespace mantissa
