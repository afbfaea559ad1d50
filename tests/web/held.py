"""A profile of goref's, two chains of references long: `python tests/web/held.py FILE`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from references import grf

SESSION = "*example.com/leaky/internal/cache.Session"
CHAINS = f"""
    main.shop; sessions. (*example.com/leaky/internal/cache.Sessions); $mapval. ({SESSION}) = 9 9216
    main.last; [0]. ({SESSION}) = 1 1024
"""

Path(sys.argv[1]).write_bytes(grf(CHAINS))
