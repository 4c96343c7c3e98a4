#pragma once

#include <QFrame>
#include <memory>

#include "study/compare.h"

class QBoxLayout;
class QHBoxLayout;
class QLabel;

namespace mantissa::ui {

/// The finding in a sentence, and one tile a candidate: badge, first class, probability, margin to the runner-up.
class FindingCard final : public QFrame {
    Q_OBJECT

  public:
    static constexpr double kProminentPixels = 24;  ///< of the finding in projector mode

    explicit FindingCard(QWidget* parent = nullptr);

    void setReport(std::shared_ptr<const CompareReport> report);
    void setProminent();  ///< a larger finding, the tiles below it
    void setNarrow(bool narrow);
    void setWaiting(bool waiting);      ///< the first result is being computed
    /// The model or picture that the report belongs to where that is not the one chosen now: it is named, and the rest
    /// is pale. Empty: the report is of what is chosen.
    void setPrevious(const QString& owner);
    void setNote(const QString& note);  ///< "computing", "Press Run (F5) to update"; empty for none
    QString finding() const;

  private:
    void rebuild();

    std::shared_ptr<const CompareReport> report_;
    QBoxLayout* layout_;
    QLabel* finding_;
    QLabel* detail_;
    QLabel* note_;
    QHBoxLayout* tiles_;
    QString previous_;
    double findingPixels_;
    bool narrow_ = false, waiting_ = false;
};

}  // namespace mantissa::ui
