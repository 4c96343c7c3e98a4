#include "bundled.h"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace mantissa {
namespace {

namespace fs = std::filesystem;

// First in the list at first start: a network of today's kind that still answers at once, and a picture of a class it
// knows.
constexpr std::string_view kFirstModel = "mobilevit-xxs-cifar10";
constexpr std::string_view kFirstSample = "cat.png";

/// Installed, the files stand beside the program in share/mantissa; in a build they stand in the source tree.
fs::path folderOf(std::string_view kind, const fs::path& inSourceTree) {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const fs::path installed = program.parent_path().parent_path() / "share" / "mantissa" / kind;
        if (fs::is_directory(installed, error)) return installed;
    }
    return fs::path(MANTISSA_SOURCE_DIR) / inSourceTree;
}

template <class Accept>
std::vector<fs::path> listed(const fs::path& folder, std::string_view first, Accept accept) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (accept(entry)) found.push_back(entry.path());
    std::sort(found.begin(), found.end(), [first](const fs::path& a, const fs::path& b) {
        const bool aFirst = a.filename() == first, bFirst = b.filename() == first;
        return aFirst != bFirst ? aFirst : a.filename() < b.filename();
    });
    return found;
}

}  // namespace

std::vector<fs::path> bundledModels() {
    return listed(folderOf("models", "models"), kFirstModel,
                  [](const fs::directory_entry& entry) { return fs::exists(entry.path() / "config.json"); });
}

std::vector<fs::path> bundledSamples() {
    return listed(folderOf("samples", fs::path("resources") / "samples"), kFirstSample,
                  [](const fs::directory_entry& entry) { return entry.path().extension() == ".png"; });
}

}  // namespace mantissa
