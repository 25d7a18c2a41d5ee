"""Builds the one extension module: the Cython plane loops over the C row kernels of src_c."""

import glob
import os
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


def openmp_flags():
    """The OpenMP flags that compile and link here; none (a working one-thread build) where there are none."""
    if os.environ.get("CPOOL_OPENMP", "1") == "0":
        return [], []
    if sys.platform == "win32":
        return ["/openmp"], []
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "openmp.c")
        with open(source, "w") as f:
            f.write("#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n")
        command = [*compiler, "-fopenmp", source, "-o", os.path.join(folder, "openmp")]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return [], []
    return ["-fopenmp"], ["-fopenmp"]


class BuildKernels(build_ext):
    """Compiles the source files side by side: those with vectors take up to a minute each."""

    def build_extension(self, extension):
        compile_all = self.compiler.compile

        def compile_each(sources, *args, **kwargs):
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                return [*chain.from_iterable(pool.map(lambda one: compile_all([one], *args, **kwargs), sources))]

        if sys.platform != "win32":  # MSVC's compiler object sets itself up at the first of these calls
            self.compiler.compile = compile_each
        super().build_extension(extension)


compile_openmp, link_openmp = openmp_flags()
# An -O in CFLAGS is the caller's choice: with the sanitizers and -O3 a build had not ended after 16 minutes.
optimise = [] if sys.platform == "win32" or "-O" in os.environ.get("CFLAGS", "") else ["-O3"]
kernels = Extension(
    "cpool._kernels",
    sources=["cpool/_kernels.pyx", *sorted(glob.glob("src_c/*.c"))],
    depends=[*glob.glob("src_c/*.h"), *glob.glob("cpool/*.pxi")],
    include_dirs=["src_c", numpy.get_include()],
    define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_23_API_VERSION")],
    extra_compile_args=[*optimise, *compile_openmp],
    extra_link_args=link_openmp,
)
setup(ext_modules=cythonize([kernels], language_level=3), cmdclass={"build_ext": BuildKernels})
