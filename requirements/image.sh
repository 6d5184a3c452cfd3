#!/bin/sh
# Takes out of a folder of installed packages what no command of ours loads, for the image:
#   image.sh /opt/bem/lib/python3.11/site-packages
# tests/unit/deploy/test_left_out.py looks that nothing of ours loads it.
set -eu
cd "$1"

# pandas, which only notebooks load; setuptools, which Dash names and does not load.
rm -rf pandas pandas-*.dist-info setuptools setuptools-*.dist-info pkg_resources \
  _distutils_hack distutils-precedence.pth

# What is there for whoever develops a package: its tests, sources, types, and maps of scripts.
rm -rf numpy/f2py numpy/distutils numpy/testing sqlalchemy/testing alembic/testing
find . -type d \( -name tests -o -name include \) -prune -exec rm -rf {} +
find . -type f \( -name '*.map' -o -name '*.pyi' -o -name '*.pxd' -o -name '*.pyx' \
  -o -name '*.pxi' -o -name '*.h' -o -name '*.cc' \) -delete

# plotly: figures are dictionaries here. Its one class that Dash names stays, and plotly.min.js.
find plotly/graph_objs -mindepth 1 -maxdepth 1 -type d ! -name __pycache__ -exec rm -rf {} +
find plotly/graph_objs -name '_*' -type f ! -name '__init__*' ! -name '_figure.*' -delete
rm -rf plotly/labextension plotly/validators plotly/package_data/widgetbundle.js \
  plotly/package_data/datasets plotly/figure_factory plotly/matplotlylib

# Arrow: it reads text from files of this machine.
rm -f pyarrow/libarrow_flight.so* pyarrow/libarrow_s3.so* pyarrow/libarrow_python_flight.so* \
  pyarrow/_flight.* pyarrow/_s3fs.* pyarrow/libarrow_python.so pyarrow/libarrow_python.so.*.*

# Dash: for debugging and notebooks. AG Grid: the edition that is paid for.
rm -rf dash/dash-renderer/build/dash_renderer.dev.js dash/labextension dash/nbextension
rm -f dash_ag_grid/async-enterprise.js

# zstandard: its way into other Pythons than ours.
rm -f zstandard/_cffi.*.so

# Names of functions for debuggers. Not of what a wheel's maker has moved about (numpy.libs): it
# would not load any more.
find _polars_runtime_32 pyarrow sqlalchemy tsdownsample zstandard -type f -name '*.so*' \
  -exec strip --strip-unneeded {} +
