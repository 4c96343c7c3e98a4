#include <cmath>

#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

constexpr double kMiddle = 256;
const QColor kCoat(176, 112, 58), kDark(84, 48, 28), kWhite(242, 236, 226);

double awayFromNose(QPointF point) { return std::atan2(point.y() - 250, point.x() - kMiddle) * 180 / M_PI; }
double downwards(QPointF) { return 92; }

void garden(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {0, kSide},
                {{0, QColor(168, 190, 172)}, {0.45, QColor(112, 146, 86)}, {1, QColor(76, 112, 50)}}));
    mottle(
        canvas, everywhere(),
        {.colour = QColor(206, 220, 170), .width = 110, .height = 90, .threshold = 0.56, .strength = 0.7, .seed = 40});
    mottle(canvas, everywhere(),
           {.colour = QColor(48, 82, 40), .width = 130, .height = 110, .threshold = 0.56, .strength = 0.6, .seed = 41});
    blurAll(canvas, 16);
}

void body(Canvas& canvas) {
    const QPainterPath shape =
        smooth({{96, 570}, {104, 470}, {150, 386}, {204, 340}, {308, 340}, {362, 386}, {408, 470}, {416, 570}});
    fill(canvas, shape,
         linear({96, 0}, {416, 0},
                {{0, lighter(kCoat, -0.5)}, {0.35, lighter(kCoat, -0.1)}, {0.7, kCoat}, {1, lighter(kCoat, -0.5)}}));
    softFill(canvas, smooth({{192, 350}, {320, 350}, {336, 440}, {310, 550}, {202, 550}, {176, 440}}), kWhite,
             {.radius = 12, .inside = &shape});
    strokes(canvas, shape, {.count = 2200, .length = 20, .width = 1.7, .contrast = 0.14, .angle = downwards});
    softFill(canvas, ellipse({kMiddle, 380}, 110, 30), withAlpha(QColor(40, 24, 14), 0.6),
             {.radius = 16, .inside = &shape});
}

QPainterPath headShape() {
    return smooth({{256, 84},
                   {312, 90},
                   {352, 126},
                   {364, 184},
                   {350, 244},
                   {334, 300},
                   {312, 356},
                   {256, 384},
                   {200, 356},
                   {178, 300},
                   {162, 244},
                   {148, 184},
                   {160, 126},
                   {200, 90}});
}

void head(Canvas& canvas) {
    const QPainterPath shape = headShape();
    fill(canvas, shape, radial({236, 170}, 230, {{0, lighter(kCoat, 0.2)}, {0.55, kCoat}, {1, lighter(kCoat, -0.5)}}));
    const Soft soft{.radius = 8, .inside = &shape};
    softFill(canvas,
             smooth({{256, 90},
                     {268, 130},
                     {274, 190},
                     {310, 250},
                     {330, 310},
                     {300, 372},
                     {256, 386},
                     {212, 372},
                     {182, 310},
                     {202, 250},
                     {238, 190},
                     {244, 130}}),
             kWhite, soft);
    for (const double x : {202.0, 310.0}) {
        softFill(canvas, ellipse({x, 190}, 34, 30), withAlpha(kDark, 0.55), soft);
        softFill(canvas, ellipse({x, 150}, 26, 10), withAlpha(lighter(kCoat, 0.4), 0.7), soft);
    }
    softFill(canvas, ellipse({kMiddle, 336}, 66, 26), withAlpha(QColor(120, 92, 76), 0.45), soft);
    strokes(canvas, shape, {.count = 3200, .length = 13, .width = 1.4, .contrast = 0.13, .angle = awayFromNose});
}

void ears(Canvas& canvas) {
    const QPainterPath left = smooth(
        {{192, 96}, {160, 104}, {122, 150}, {92, 226}, {84, 296}, {106, 330}, {138, 304}, {156, 244}, {168, 180}});
    for (const auto& ear : {left, mirrored(left, kMiddle)}) {
        softFill(canvas, ear.translated(0, 6), withAlpha(QColor(30, 18, 10), 0.5), {.radius = 8});
        fill(canvas, ear,
             linear({0, 96}, {0, 330}, {{0, lighter(kCoat, -0.05)}, {0.5, lighter(kCoat, -0.35)}, {1, kDark}}));
        strokes(canvas, ear, {.count = 620, .length = 20, .width = 1.6, .contrast = 0.16, .angle = downwards});
    }
}

void eye(Canvas& canvas, QPointF centre) {
    fill(canvas,
         smooth({centre + QPointF(-25, 4), centre + QPointF(-12, -17), centre + QPointF(12, -17),
                 centre + QPointF(25, 4), centre + QPointF(10, 17), centre + QPointF(-10, 17)}),
         QColor(28, 18, 14));
    fill(canvas, ellipse(centre, 16, 15),
         radial(centre + QPointF(0, 4), 18,
                {{0, QColor(138, 84, 40)}, {0.7, QColor(74, 40, 20)}, {1, QColor(28, 16, 10)}}));
    fill(canvas, ellipse(centre, 8, 8), QColor(8, 6, 6));
    fill(canvas, ellipse(centre + QPointF(-5, -6), 4.4, 4.4), Qt::white);
}

void face(Canvas& canvas) {
    eye(canvas, {202, 192});
    eye(canvas, {310, 192});
    const QPainterPath tongue = smooth({{234, 348}, {256, 342}, {278, 348}, {284, 392}, {256, 424}, {228, 392}});
    fill(canvas, smooth({{206, 334}, {256, 346}, {306, 334}, {294, 366}, {256, 380}, {218, 366}}), QColor(58, 26, 26));
    fill(canvas, tongue, linear({0, 342}, {0, 424}, {{0, QColor(186, 82, 88)}, {1, QColor(232, 136, 136)}}));
    canvas.painter.strokePath(curve({{256, 350}, {256, 396}}), QPen(QColor(172, 76, 82), 2));
    const QPen line(QColor(52, 30, 24), 3, Qt::SolidLine, Qt::RoundCap);
    canvas.painter.strokePath(curve({{256, 288}, {256, 322}, {236, 342}, {204, 338}, {190, 322}}), line);
    canvas.painter.strokePath(curve({{256, 322}, {276, 342}, {308, 338}, {322, 322}}), line);
    const QPainterPath nose =
        smooth({{256, 294}, {226, 276}, {218, 254}, {232, 240}, {280, 240}, {294, 254}, {286, 276}});
    fill(canvas, nose,
         radial({246, 250}, 46, {{0, QColor(104, 96, 96)}, {0.4, QColor(46, 40, 42)}, {1, QColor(16, 14, 16)}}));
    for (const double side : {-1.0, 1.0})
        fill(canvas, ellipse({kMiddle + side * 17, 268}, 8, 6, side * 30), QColor(6, 6, 8));
    for (const double side : {-1.0, 1.0})
        for (int dot = 0; dot < 6; ++dot)
            fill(canvas,
                 ellipse({kMiddle + side * (40 + (dot % 3) * 13), 306.0 + (dot / 3) * 12 - (dot % 3) * 3}, 1.8, 1.8),
                 withAlpha(kDark, 0.7));
}

}  // namespace

QImage drawDog() {
    Canvas canvas(16);
    garden(canvas);
    body(canvas);
    head(canvas);
    ears(canvas);
    face(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
