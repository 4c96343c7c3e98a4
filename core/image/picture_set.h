#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/cifar_records.h"
#include "image/image.h"
#include "result.h"

namespace mantissa {

/// Where pictures and their classes come from.
struct PictureSource {
    std::filesystem::path path;      ///< a folder, or a file of CIFAR-10 in its binary form
    std::filesystem::path labels{};  ///< CSV, one picture a line: file (relative to the folder), class; empty: none
};

/// Pictures in a fixed order, each with the class it shows where that is known. Names are all that is kept of a folder,
/// so its size costs no memory to speak of. Reading is safe from several threads at once.
class PictureSet {
  public:
    /// A folder is searched with all below it, in order of name. A class is known from the CSV file or, without one,
    /// from the subfolder that a picture stands in: the name of a class, one of the names in it ("tabby, tabby cat"),
    /// or its number. `classNames` are the model's. Errors: nothing to read there, a line of the CSV file that names no
    /// class.
    static Result<std::shared_ptr<const PictureSet>> open(const PictureSource& source,
                                                          const std::vector<std::string>& classNames);

    std::size_t size() const { return records_ ? records_->size() : files_.size(); }
    const std::filesystem::path& path() const { return source_.path; }

    /// The picture's file below the folder, or "test_batch.bin[17]".
    std::string name(std::size_t index) const;
    std::optional<std::size_t> truth(std::size_t index) const;  ///< the index of its class
    bool hasTruths() const { return truths_ > 0; }

    /// How many classes the pictures' own numbering has; none where the classes are the model's.
    std::optional<std::size_t> ownClasses() const;

    /// Subfolders whose names are no class of the model's; their pictures count as having none.
    const std::vector<std::string>& unknownClasses() const { return unknownClasses_; }

    Result<RgbImage> read(std::size_t index) const;

    /// The picture for a comparison: with its path and digest.
    Result<SourceImage> openOne(std::size_t index) const;

    /// SHA-256 of all names and classes, and of the files' sizes and times: tells whether two runs mean the same
    /// pictures, without reading them.
    std::string digest() const;

  private:
    struct File {
        std::string name;  ///< below the folder
        std::int32_t truth = -1;
    };

    Status readFolder(const std::vector<std::string>& classNames);
    Status readLabels(const std::vector<std::string>& classNames);

    PictureSource source_;
    std::vector<File> files_;
    std::optional<CifarRecords> records_;
    std::size_t truths_ = 0;
    std::vector<std::string> unknownClasses_;
};

using PictureSetPtr = std::shared_ptr<const PictureSet>;

}  // namespace mantissa
