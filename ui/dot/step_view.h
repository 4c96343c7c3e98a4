#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "formats/formats_state.h"
#include "study/dot_product.h"

namespace mantissa::ui {

/// One addition looked at closely: the sum so far, what is added, the exact result between its neighbours, and what is
/// stored, with the bits.
class StepView final : public QWidget {
    Q_OBJECT

  public:
    explicit StepView(QWidget* parent = nullptr);

    void setStep(std::shared_ptr<const DotReport> report, std::size_t series, std::uint64_t step);
    bool hasStep() const { return report_ != nullptr; }
    const DotStep& step() const { return step_; }
    const Format& accumulator() const { return report_->series[series_].how.accumulator; }
    /// "Step n = 257, BF16"
    QString title() const;
    /// All that is shown, as text.
    QString text() const;
    /// The sum so far in the accumulator's format, for the Formats page; what is added is the addend there. None where
    /// that page has no such format, or the sum is no value of it.
    std::optional<FormatsState> formatsState() const;

    QSize sizeHint() const override { return minimumSizeHint(); }
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    /// A line of words and a number, and the bits of that number below.
    struct Line {
        QString words;
        QString number;
        Format format;
        std::optional<std::uint64_t> code;  ///< none: no bits to show
    };
    Line sumLine() const;
    Line addendLine() const;
    Line storedLine() const;
    QString exactText() const;
    QString bitsNeededText() const;
    double paintLine(QPainter& painter, double top, const Line& line) const;
    double paintExact(QPainter& painter, double top) const;
    void paintNeighbours(QPainter& painter, const QRectF& area) const;
    void copy() const;

    std::shared_ptr<const DotReport> report_;
    std::size_t series_ = 0;
    DotStep step_;
};

}  // namespace mantissa::ui
