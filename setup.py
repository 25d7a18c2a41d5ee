"""Builds the one extension module: the Cython plane loops over the C row kernels of src_c."""

import glob
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class BuildKernels(build_ext):
    """Compiles the source files side by side: those with vectors take one to three minutes each."""

    def build_extension(self, extension):
        compile_all = self.compiler.compile

        def compile_each(sources, *args, **kwargs):
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                return [*chain.from_iterable(pool.map(lambda one: compile_all([one], *args, **kwargs), sources))]

        if sys.platform != "win32":  # MSVC's compiler object sets itself up at the first of these calls
            self.compiler.compile = compile_each
        super().build_extension(extension)


# An -O or a -g in CFLAGS is the caller's choice: with the sanitizers and -O3 a build had not ended after 16 minutes.
# Else Python's own flags may ask for debug information: 1.6x the time to compile, and 18x the size.
given = os.environ.get("CFLAGS", "")
flags = [] if sys.platform == "win32" else [flag for flag in ("-O3", "-g0") if flag[:2] not in given]
kernels = Extension(
    "cpool._kernels",
    sources=["cpool/_kernels.pyx", *sorted(glob.glob("src_c/*.c"))],
    depends=[*glob.glob("src_c/*.h"), *glob.glob("cpool/*.pxi")],
    include_dirs=["src_c", numpy.get_include()],
    define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_23_API_VERSION")],
    extra_compile_args=flags,
)
setup(ext_modules=cythonize([kernels], language_level=3), cmdclass={"build_ext": BuildKernels})
