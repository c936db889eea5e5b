(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('data').textContent);
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var charts = [];

  function ink() {
    return getComputedStyle(document.body).color;
  }

  function axis(name, more) {
    return Object.assign({
      type: 'value', name: name, nameLocation: 'middle', scale: true,
      nameTextStyle: { color: ink() }, axisLabel: { color: ink() },
      axisLine: { onZero: false, lineStyle: { color: ink() } }, splitLine: { lineStyle: { opacity: 0.25 } }
    }, more);
  }

  function base() {
    return {
      animation: false, backgroundColor: 'transparent', color: dark.matches ? data.dark : data.light,
      textStyle: { color: ink(), fontFamily: 'inherit' },
      grid: { left: 58, right: 20, top: 56, bottom: 36, containLabel: true },
      legend: { type: 'scroll', top: 0, textStyle: { color: ink() } }
    };
  }

  function band(curve, colour) {
    return {
      type: 'custom', name: curve.name, silent: true, clip: true, z: 1, tooltip: { show: false },
      data: curve.band,
      renderItem: function (params, api) {
        if (params.dataIndex > 0) { return null; }
        return {
          type: 'polygon',
          shape: { points: curve.band.map(function (point) { return api.coord(point); }) },
          style: { fill: colour, opacity: 0.18 }
        };
      }
    };
  }

  function curves(figure) {
    var option = base();
    option.tooltip = { trigger: 'axis', confine: true };
    option.xAxis = axis(figure.xAxis, { nameGap: 28 });
    if (figure.doubling) {
      Object.assign(option.xAxis, { type: 'log', logBase: 2, min: 'dataMin', max: 'dataMax' });
    }
    option.yAxis = axis(figure.yAxis, { nameGap: 52, type: figure.logarithmic ? 'log' : 'value' });
    if (figure.logarithmic) {
      option.yAxis.axisLabel.formatter = function (value) {
        return value >= 0.001 ? String(Number(value.toPrecision(2))) : value.toExponential(0);
      };
      option.yAxis.axisLabel.showMinLabel = false;
      option.yAxis.axisLabel.showMaxLabel = false;
      option.yAxis.min = function (range) { return range.min * 0.8; };
      option.yAxis.max = function (range) { return range.max * 1.2; };
    }
    option.series = [];
    option.legend.data = figure.curves.map(function (curve) { return { name: curve.name, icon: 'roundRect' }; });
    figure.curves.forEach(function (curve) {
      var colour = option.color[curve.colour];
      if (curve.band.length > 0) { option.series.push(band(curve, colour)); }
      option.series.push({
        type: 'line', name: curve.name, color: colour, z: 2,
        step: figure.steps ? 'end' : false, areaStyle: figure.steps ? { opacity: 0.15 } : undefined,
        lineStyle: curve.level ? { type: 'dashed', width: 4, opacity: 0.7 } : { width: 2 },
        showSymbol: curve.marked, symbolSize: 7,
        data: curve.points
      });
    });
    return option;
  }

  function map(places) {
    var option = base();
    option.tooltip = {
      confine: true,
      formatter: function (point) {
        return point.data.text.split('\n').map(echarts.format.encodeHTML).join('<br>');
      }
    };
    option.xAxis = axis('first principal axis', { nameGap: 28 });
    option.yAxis = axis('second principal axis', { nameGap: 48 });
    var labels = places.labels;
    function points(wanted) {
      return places.points.filter(wanted).map(function (p) {
        return { value: [p.a, p.b, p.d === null ? '-' : p.d], text: p.t };
      });
    }
    if (labels.length > 0) {
      option.series = labels.concat(['']).map(function (label) {
        return {
          type: 'scatter', name: label === '' ? 'others' : label, symbolSize: 6,
          itemStyle: { opacity: 0.75 },
          data: points(function (p) { return label === '' ? labels.indexOf(p.l) < 0 : p.l === label; })
        };
      }).filter(function (series) { return series.data.length > 0; });
    } else {
      option.legend = undefined;
      option.series = [{
        type: 'scatter', name: 'embeddings', symbolSize: 6, itemStyle: { opacity: 0.75 },
        data: points(function () { return true; })
      }];
      if (places.low !== null) {
        option.visualMap = {
          dimension: 2, min: places.low, max: places.high, calculable: true, orient: 'horizontal',
          top: 0, left: 'center', precision: 1, text: ['dimension ' + places.high.toFixed(1), places.low.toFixed(1)],
          textStyle: { color: ink() }, inRange: { color: dark.matches
            ? ['#2b6cb0', '#5fb49c', '#f6e27f'] : ['#2c3e8f', '#2a9d8f', '#c58b00'] }
        };
      }
    }
    return option;
  }

  function draw() {
    charts.forEach(function (chart) { chart.dispose(); });
    charts = Array.prototype.map.call(document.querySelectorAll('.canvas'), function (place) {
      var chart = echarts.init(place, null, { renderer: 'svg' });
      chart.setOption(place.dataset.figure === 'map' ? map(data.map) : curves(data.figures[place.dataset.figure]));
      return chart;
    });
  }

  draw();
  window.fathomCharts = function () { return charts; };
  window.addEventListener('resize', function () { charts.forEach(function (chart) { chart.resize(); }); });
  dark.addEventListener('change', draw);
})();
