#include "storage/zip_archive.h"

#include <zip.h>

#include <algorithm>

namespace mantissa {
namespace {

zip_t* handleOf(const std::shared_ptr<void>& handle) { return static_cast<zip_t*>(handle.get()); }

}  // namespace

Result<ZipArchive> ZipArchive::open(const std::filesystem::path& path) {
    int code = 0;
    zip_t* handle = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (!handle) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        return Error{.code = ErrorCode::corrupt, .message = "is no whole zip archive (" + why + "); copy or download it again", .where = path.string()};
    }
    ZipArchive archive;
    archive.path_ = path;
    archive.handle_ = std::shared_ptr<void>(handle, [](void* p) { zip_discard(static_cast<zip_t*>(p)); });
    const auto count = zip_get_num_entries(handle, 0);
    std::error_code error;
    zip_uint64_t left = std::filesystem::file_size(path, error);
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t info;
        if (zip_stat_index(handle, static_cast<zip_uint64_t>(i), 0, &info) != 0 || !(info.valid & ZIP_STAT_NAME)) continue;
        // Records that lie over one another would let a small file fill any memory.
        if (error || !(info.valid & ZIP_STAT_COMP_SIZE) || info.comp_size > left)
            return Error{.code = ErrorCode::corrupt, .message = "claims more bytes than the file has", .where = path.string() + ": record " + info.name};
        left -= info.comp_size;
        archive.names_.emplace_back(info.name);
    }
    if (archive.names_.empty()) return Error{.code = ErrorCode::corrupt, .message = "is an empty zip archive", .where = path.string()};
    return archive;
}

bool ZipArchive::has(const std::string& name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

std::string ZipArchive::rootFolder() const { return names_.front().substr(0, names_.front().find('/')); }

Result<ZipArchive::Bytes> ZipArchive::read(const std::string& name) const {
    const std::string where = path_.string() + ": record " + name;
    const auto corrupt = [&](std::string message) { return Error{.code = ErrorCode::corrupt, .message = std::move(message), .where = where}; };
    zip_stat_t info;
    if (zip_stat(handleOf(handle_), name.c_str(), 0, &info) != 0) return corrupt("is not in the archive");
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((info.valid & kNeeded) != kNeeded) return corrupt("has no size");
    // PyTorch stores; a compressed record could claim any size.
    if (info.comp_method != ZIP_CM_STORE || info.size != info.comp_size)
        return corrupt("is compressed, which PyTorch never does; save the model again");
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(handleOf(handle_), name.c_str(), 0), zip_fclose);
    if (!file) return corrupt(std::string("was not opened: ") + zip_strerror(handleOf(handle_)));
    // for_overwrite: no need to clear gigabytes that are read over at once.
    std::shared_ptr<std::byte[]> memory = std::make_shared_for_overwrite<std::byte[]>(std::max<std::size_t>(info.size, 1));
    zip_uint64_t got = 0;
    while (got < info.size) {
        const auto n = zip_fread(file.get(), memory.get() + got, info.size - got);
        if (n <= 0) return corrupt("is damaged: " + std::string(zip_file_strerror(file.get())));
        got += static_cast<zip_uint64_t>(n);
    }
    // libzip compares the checksum when a read meets the end of the record.
    std::byte beyond{};
    if (zip_fread(file.get(), &beyond, 1) != 0) return corrupt("is damaged: its checksum does not match");
    return Bytes{{memory.get(), info.size}, memory};
}

}  // namespace mantissa
