#pragma once

#include <QAbstractButton>

#include "numerics/format.h"

namespace mantissa::ui {

/// Turns one format on or off: a check box, the format's marker and its name, underlined in its colour when on. Formats
/// that the program knows by no name are called "Custom e6m9".
class FormatToggle final : public QAbstractButton {
    Q_OBJECT

  public:
    FormatToggle(const Format& format, int number, QWidget* parent = nullptr);  ///< Alt+number toggles it

    const Format& format() const { return format_; }
    void setFormat(const Format& format);  ///< a custom format that is another now
    void setShort(bool narrow);            ///< "E4M3" for "FP8 E4M3"
    int widthWhen(bool narrow) const;      ///< px

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;  ///< with the short name, so that it never keeps a window wide

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString textWhen(bool narrow) const;

    Format format_;
    bool narrow_ = false;
};

}  // namespace mantissa::ui
