#pragma once

#include <QWidget>

namespace mantissa::ui {

/// How a number came to be; the word is always written, colour only helps.
enum class BadgeKind { native, nativeSlow, emulated, error, neutral };

/// A small rounded word: "native", "native, slow", "emulated" (dashed outline).
class Badge : public QWidget {
    Q_OBJECT

  public:
    explicit Badge(BadgeKind kind = BadgeKind::neutral, const QString& text = {}, QWidget* parent = nullptr);

    void setKind(BadgeKind kind, const QString& text = {});  ///< without a text the kind's own word
    QString text() const { return text_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    BadgeKind kind_;
    QString text_;
};

/// The word and painting of a badge, for table headers and delegates.
QString badgeWord(BadgeKind kind);
QSize badgeSize(const QString& text);
void paintBadge(QPainter& painter, const QRectF& area, BadgeKind kind, const QString& text);

}  // namespace mantissa::ui
