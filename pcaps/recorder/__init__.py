# SPDX-License-Identifier: BSD-3-Clause
"""Records the bundled captures from real programs in network namespaces."""
