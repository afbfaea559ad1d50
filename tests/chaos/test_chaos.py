"""A server that is killed takes nothing with it; `npm run chaos` kills one at 200 moments."""

from chaos.run import survive


async def test_after_a_kill_at_any_moment_a_new_server_is_where_the_old_one_was() -> None:
    assert [one.wrong for one in await survive(6, seed=20_261_126, seconds=30)] == [""] * 6
