#include "storage/zip_archive.h"

#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

namespace mantissa {
namespace {

/// The mapped file as libzip reads it. libzip does not say where in the file an entry's bytes begin, but it reads them
/// through here; a wrong answer could not pass the checksum.
struct Source {
    std::span<const std::byte> file;
    std::uint64_t position = 0;
    std::uint64_t lastRead = 0;
    zip_error_t error{};
};

zip_int64_t readFrom(void* state, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    auto& source = *static_cast<Source*>(state);
    switch (command) {
        case ZIP_SOURCE_OPEN:
            source.position = 0;
            return 0;
        case ZIP_SOURCE_READ: {
            const auto count = std::min<std::uint64_t>(length, source.file.size() - source.position);
            source.lastRead = source.position;
            std::memcpy(data, source.file.data() + source.position, count);
            source.position += count;
            return static_cast<zip_int64_t>(count);
        }
        case ZIP_SOURCE_SEEK: {
            const auto to =
                zip_source_seek_compute_offset(source.position, source.file.size(), data, length, &source.error);
            if (to < 0) return -1;
            source.position = static_cast<std::uint64_t>(to);
            return 0;
        }
        case ZIP_SOURCE_TELL:
            return static_cast<zip_int64_t>(source.position);
        case ZIP_SOURCE_STAT: {
            auto* info = static_cast<zip_stat_t*>(data);
            zip_stat_init(info);
            info->size = source.file.size();
            info->valid |= ZIP_STAT_SIZE;
            return sizeof(zip_stat_t);
        }
        case ZIP_SOURCE_ERROR:
            return zip_error_to_data(&source.error, data, length);
        case ZIP_SOURCE_SUPPORTS:
            // FREE although there is nothing to free: what libzip layers above this one is freed only where this can be.
            return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                                  ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                                  ZIP_SOURCE_SUPPORTS, -1);
        default:
            return 0;
    }
}

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;

Archive openArchive(Source& source, std::string& why) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* view = zip_source_function_create(readFrom, &source, &error);
    zip_t* archive = view ? zip_open_from_source(view, ZIP_RDONLY, &error) : nullptr;
    if (!archive) {
        why = zip_error_strerror(&error);
        if (view) zip_source_free(view);
    }
    zip_error_fini(&error);
    return {archive, zip_discard};
}

/// Where an entry's bytes begin: where libzip reads the first of them.
bool findBytes(zip_t* archive, std::size_t index, const Source& source, std::uint64_t& offset) {
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry(zip_fopen_index(archive, index, ZIP_FL_COMPRESSED),
                                                                   zip_fclose);
    std::byte first{};
    if (!entry || zip_fread(entry.get(), &first, 1) != 1) return false;
    offset = source.lastRead;
    return true;
}

/// Inflates an entry; an empty text where it went well, else what is wrong. libzip compares the checksum at its end.
std::string inflate(std::span<const std::byte> file, std::size_t index, std::span<std::byte> into) {
    Source source{.file = file};
    std::string why;
    const Archive archive = openArchive(source, why);
    if (!archive) return "is compressed and was not opened: " + why;
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry(zip_fopen_index(archive.get(), index, 0),
                                                                   zip_fclose);
    if (!entry) return std::string("is compressed and was not opened: ") + zip_strerror(archive.get());
    zip_uint64_t done = 0;
    while (done < into.size()) {
        const auto count = zip_fread(entry.get(), into.data() + done, into.size() - done);
        if (count <= 0) return std::string("is compressed and damaged: ") + zip_file_strerror(entry.get());
        done += static_cast<zip_uint64_t>(count);
    }
    std::byte beyond{};
    return zip_fread(entry.get(), &beyond, 1) == 0 ? "" : "is compressed and damaged: its checksum or its size does not match";
}

}  // namespace

Error ZipArchive::corrupt(std::string message, const std::string& record) const {
    return {.code = ErrorCode::corrupt,
            .message = std::move(message),
            .where = record.empty() ? where_ : where_ + ": record " + record};
}

Result<ZipArchive> ZipArchive::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    return open(*std::move(file), path);
}

Result<ZipArchive> ZipArchive::open(MappedFile file, const std::filesystem::path& path) {
    ZipArchive archive;
    archive.where_ = path.string();
    archive.bytes_ = file.bytes();
    archive.owner_ = file.owner();
    archive.file_ = std::move(file);
    return openBytes(std::move(archive));
}

Result<ZipArchive> ZipArchive::inner(const std::string& name) const {
    auto entry = read(name);
    if (!entry) return std::move(entry).error();
    ZipArchive archive;
    archive.where_ = where_ + ": record " + name;
    archive.bytes_ = entry->bytes;
    archive.owner_ = entry->owner;
    return openBytes(std::move(archive));
}

Result<ZipArchive> ZipArchive::openBytes(ZipArchive result) {
    Source source{.file = result.bytes_};
    std::string why;
    const Archive archive = openArchive(source, why);
    if (!archive) return result.corrupt("is no whole zip archive (" + why + "); copy or download it again");

    const std::uint64_t fileSize = result.bytes_.size();
    // PyTorch stores tensors; some of its versions compressed the text of programs, which is small.
    constexpr std::uint64_t kMostInflated = std::uint64_t{64} << 20;
    std::uint64_t total = 0, inflated = 0;
    const auto count = static_cast<std::size_t>(std::max<zip_int64_t>(0, zip_get_num_entries(archive.get(), 0)));
    for (std::size_t i = 0; i < count; ++i) {
        zip_stat_t info;
        constexpr zip_uint64_t kNeeded =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
        if (zip_stat_index(archive.get(), i, 0, &info) != 0 || (info.valid & kNeeded) != kNeeded)
            return result.corrupt("describes its record " + std::to_string(i) + " wrongly; copy or download it again");
        const std::string name = info.name;
        Entry entry{.size = info.size, .checksum = info.crc};
        entry.stored = info.comp_method == ZIP_CM_STORE && info.size == info.comp_size;
        if (entry.stored && info.size > fileSize - total)
            return result.corrupt("claims more bytes than the file has", name);
        if (!entry.stored && info.size > kMostInflated - inflated)
            return result.corrupt(
                "is compressed to a fraction of its size, which PyTorch never does; save the model again", name);
        if (entry.stored && info.size > 0 &&
            (!findBytes(archive.get(), i, source, entry.offset) || info.size > fileSize - entry.offset))
            return result.corrupt("does not stand where the archive says; copy or download it again", name);
        (entry.stored ? total : inflated) += info.size;
        if (!result.index_.emplace(name, i).second) return result.corrupt("appears twice", name);
        result.names_.push_back(name);
        result.entries_.push_back(entry);
    }
    if (result.names_.empty()) return result.corrupt("is an empty zip archive");
    return result;
}

std::string ZipArchive::rootFolder() const { return names_.front().substr(0, names_.front().find('/')); }

Status ZipArchive::check(std::size_t index) const {
    const Entry& entry = entries_[index];
    if (!entry.stored) {
        std::vector<std::byte> text(entry.size);
        const std::string problem = inflate(bytes_, index, text);
        return problem.empty() ? Status(Done{}) : corrupt(problem, names_[index]);
    }
    // In pieces whose pages are given back, so that a large file is never in memory as a whole.
    constexpr std::uint64_t kPiece = std::uint64_t{8} << 20;
    uLong checksum = crc32(0, nullptr, 0);
    for (std::uint64_t done = 0; done < entry.size; done += kPiece) {
        const auto piece = bytes_.subspan(entry.offset + done, std::min(kPiece, entry.size - done));
        checksum = crc32_z(checksum, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
        if (file_ && piece.size() == kPiece) MappedFile::release(piece);
    }
    if (checksum == entry.checksum) return Done{};
    return corrupt("is damaged: its checksum does not match; copy or download the file again", names_[index]);
}

Result<ZipArchive::Bytes> ZipArchive::read(const std::string& name) const {
    const auto found = index_.find(name);
    if (found == index_.end()) return corrupt("is not in the archive", name);
    const Entry& entry = entries_[found->second];
    if (!entry.stored) {
        const std::shared_ptr<std::byte[]> text = std::make_shared<std::byte[]>(entry.size);
        const std::string problem = inflate(bytes_, found->second, {text.get(), entry.size});
        if (!problem.empty()) return corrupt(problem, name);
        return Bytes{{text.get(), entry.size}, text, 0};
    }
    if (!verified_)
        if (auto status = check(found->second); !status) return std::move(status).error();
    const auto bytes = bytes_.subspan(entry.offset, entry.size);
    constexpr std::uintptr_t kAlignment = alignof(std::max_align_t);
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment == 0) return Bytes{bytes, owner_, entry.offset};
    // for_overwrite: no need to clear what is written over at once.
    const std::shared_ptr<std::byte[]> copy = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    return Bytes{{copy.get(), bytes.size()}, copy, entry.offset};
}

Status ZipArchive::verify() {
    // Largest first, so that no thread is left with a long one at the end.
    std::vector<std::size_t> order(entries_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [this](std::size_t a, std::size_t b) { return entries_[a].size > entries_[b].size; });
    std::vector<std::optional<Error>> problems(entries_.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < order.size(); i = next++)
            if (auto status = check(order[i]); !status) problems[order[i]] = std::move(status).error();
    };
    constexpr std::size_t kWorthAThread = std::size_t{4} << 20;
    const std::size_t threads =
        std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), 1 + bytes_.size() / kWorthAThread);
    {
        std::vector<std::jthread> others;
        for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
        work();
    }
    for (auto& problem : problems)
        if (problem) return *std::move(problem);
    verified_ = true;
    return Done{};
}

}  // namespace mantissa
