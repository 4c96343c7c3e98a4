#pragma once

#include <QWidget>
#include <set>
#include <string>
#include <vector>

#include "session/session.h"

class QVBoxLayout;

namespace mantissa::ui {

class Strip;

/// What a person has to know to read a comparison, a line each: that the input was assumed, what stays in FP32, which
/// scales are not the usual ones, and which formats are slow here. What is closed stays closed until it says something
/// else.
class ReportStrips final : public QWidget {
    Q_OBJECT

  public:
    explicit ReportStrips(Session& session, QWidget* parent = nullptr);

    void setReport(const CompareReportPtr& report);

  signals:
    void preprocessingRequested();
    void scalesRequested();

  private:
    void add(Strip* strip);
    void showAssumed(const CompareReport& report);
    void showKept(const CompareReport& report);
    void showScales(const CompareReport& report);
    void showSlow(const CompareReport& report);
    void useEmulated(const std::vector<Format>& formats);

    Session& session_;
    QVBoxLayout* layout_;
    std::string closedAssumed_;            ///< digest of the model
    std::vector<std::string> closedKept_;  ///< the modules
    std::string closedScales_;             ///< the words
    std::set<std::string> closedSlow_;     ///< formats
};

}  // namespace mantissa::ui
