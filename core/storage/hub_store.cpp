#include "storage/hub_store.h"

#include <unistd.h>

#include <system_error>

#include "storage/atomic_file.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

Error notWritten(const fs::path& path, const std::error_code& error) {
    return {.code = ErrorCode::unreadable, .message = "was not written: " + error.message(), .where = path.string()};
}

std::string megabytes(std::int64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

/// Puts a link in place of whatever has its name, in one step.
std::error_code placeLink(const fs::path& target, const fs::path& link) {
    std::error_code error;
    if (fs::read_symlink(link, error) == target) return {};
    const fs::path temporary =
        link.parent_path() / ("." + link.filename().string() + "." + std::to_string(getpid()) + ".part");
    fs::create_symlink(target, temporary, error);
    if (!error) fs::rename(temporary, link, error);
    return error;
}

}  // namespace

HubStore::HubStore(fs::path cache, const std::string& repository) : cache_(std::move(cache)) {
    std::string name = repository;
    for (std::size_t at; (at = name.find('/')) != std::string::npos;) name.replace(at, 1, "--");
    folder_ = cache_ / ("models--" + name);
}

fs::path HubStore::snapshot(const std::string& commit) const { return folder_ / "snapshots" / commit; }
fs::path HubStore::blob(const HubFile& file) const { return folder_ / "blobs" / file.digest; }
fs::path HubStore::partial(const HubFile& file) const { return folder_ / "blobs" / (file.digest + ".incomplete"); }

bool HubStore::isWhole(const HubFile& file) const {
    std::error_code error;
    const auto size = fs::file_size(blob(file), error);
    return !error && static_cast<std::int64_t>(size) == file.bytes;
}

std::int64_t HubStore::bytesHere(const HubFile& file) const {
    if (isWhole(file)) return file.bytes;
    std::error_code error;
    const auto size = fs::file_size(partial(file), error);
    return error || static_cast<std::int64_t>(size) > file.bytes ? 0 : static_cast<std::int64_t>(size);
}

Status HubStore::makeRoom(std::int64_t bytes) const {
    std::error_code error;
    fs::create_directories(folder_ / "blobs", error);
    if (error) return notWritten(folder_ / "blobs", error);
    const auto space = fs::space(folder_, error);
    if (!error && space.available < static_cast<std::uintmax_t>(bytes))
        return Error{.code = ErrorCode::unreadable,
                     .message = "the disk has " + megabytes(static_cast<std::int64_t>(space.available)) +
                                " left, and the download needs " + megabytes(bytes) +
                                "; make room, or let HF_HOME name a folder on another disk",
                     .where = cache_.string()};
    return Done{};
}

Status HubStore::publish(const HubName& name, const std::string& commit, const std::vector<HubFile>& files) const {
    const fs::path folder = snapshot(commit);
    const fs::path fresh = folder_ / ("." + commit + "." + std::to_string(getpid()) + ".part");
    std::error_code error, ignored;
    const auto linkInto = [&](const fs::path& into) {
        fs::create_directories(into, error);
        // Without config.json it is no model: that comes last.
        for (auto file = files.rbegin(); file != files.rend() && !error; ++file)
            error = placeLink(fs::path("..") / ".." / "blobs" / file->digest, into / file->name);
    };
    fs::create_directories(folder.parent_path(), error);
    if (!error && !fs::exists(folder, ignored)) {
        linkInto(fresh);
        if (!error) fs::rename(fresh, folder, error);
    }
    // There before, or made by another program in between: then its other files stay.
    if (fs::exists(folder, ignored)) linkInto(folder);
    fs::remove_all(fresh, ignored);
    if (error) return notWritten(folder, error);
    if (name.revision == commit) return Done{};
    const fs::path ref = folder_ / "refs" / name.revision;
    fs::create_directories(ref.parent_path(), error);
    if (error) return notWritten(ref, error);
    return writeFileAtomically(ref, commit);
}

}  // namespace mantissa
