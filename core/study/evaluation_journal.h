#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "study/evaluate.h"

namespace mantissa {

/// A partial result on disk: a line that says what was asked, then one a picture, added batch by batch. A line that is
/// cut short, as a crash may leave it, counts for nothing and is written anew.
class EvaluationJournal {
  public:
    /// Opens or makes the file. What it already holds goes into `report` (done, skipped, rows of the runs, resumed) and
    /// `next` becomes the first picture that is still to do. `question` says everything that results depend on; errors:
    /// a file that holds another question's results, or is something else, or cannot be written.
    static Result<EvaluationJournal> open(const std::filesystem::path& path, const std::string& question,
                                          EvaluateReport& report, std::size_t& next);

    /// Adds what `report` has beyond the first `done` pictures and `skipped` skipped ones.
    Status append(const EvaluateReport& report, std::size_t done, std::size_t skipped);

  private:
    std::filesystem::path path_;
    std::ofstream out_;
};

}  // namespace mantissa
